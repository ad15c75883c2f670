/// The page that `florind dev` prints once it serves: commands that work as printed.
enum DevPage {
    static func text(_ profile: DevProfile, isResumed: Bool, isTerminal: Bool) -> String {
        let bold = isTerminal ? "\u{1B}[1m" : ""
        let dim = isTerminal ? "\u{1B}[2m" : ""
        let plain = isTerminal ? "\u{1B}[0m" : ""
        let (ada, ben) = (profile.people.first, profile.people.dropFirst().first)
        let curl = "curl --silent --show-error --cacert '\(profile.caFile)'"
        return """

            \(bold)Florin is serving\(plain) at \(profile.baseURL)\(isResumed ? " (resumed)" : "")
            \(dim)Everything here is test money; the same facts are in dev.json beside the database.\(plain)

            \(bold)Charge a card, as the bot\(plain)
              \(curl) -u \(profile.botKey): \(profile.baseURL)/v1/payment_intents \\
                -H "Idempotency-Key: $(date +%s%N)" -d amount=1999 -d currency=usd -d confirm=true \\
                -d customer=\(profile.customer.id) -d payment_method=\(profile.customer.paymentMethod)

            \(bold)Put 50.00 into \(ada?.name ?? "")'s wallet from her card\(plain)
              \(curl) -u \(profile.platformKey): \(profile.baseURL)/v1/people/\(ada?.id ?? "")/wallet/top_ups \\
                -H "Idempotency-Key: $(date +%s%N)" -d amount=5000 -d currency=usd -d payment_method=\(ada?.paymentMethod ?? "")

            \(bold)Send 12.00 of it to \(ben?.name ?? "")\(plain)
              \(curl) -u \(profile.platformKey): \(profile.baseURL)/v1/friend_transfers \\
                -H "Idempotency-Key: $(date +%s%N)" -d amount=1200 -d currency=usd -d funding=wallet -d auto_accept=true \\
                -d sender=\(ada?.id ?? "") -d recipient=\(ben?.id ?? "") -d note='for the pizza'

            \(bold)See that every cent is where it should be\(plain)
              swift run florinctl --socket '\(profile.adminSocket)' ledger verify

            Kill this process in the middle of anything and start it again: nothing is lost. Ctrl-C stops it.

            """
    }
}
