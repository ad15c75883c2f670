import Glibc

/// The page that `florind dev` prints once it serves: commands that work as printed.
enum DevPage {
    static func text(_ profile: DevProfile, isResumed: Bool, isTerminal: Bool) -> String {
        let bold = isTerminal ? "\u{1B}[1m" : ""
        let dim = isTerminal ? "\u{1B}[2m" : ""
        let plain = isTerminal ? "\u{1B}[0m" : ""
        let (ada, ben) = (profile.people.first, profile.people.dropFirst().first)
        let curl = "curl --silent --show-error --cacert \(quoted(profile.caFile))"
        return """

            \(bold)Florin is serving\(plain) at \(profile.baseURL)\(isResumed ? " (resumed)" : "")
            \(dim)Everything here is test money; the same facts are in dev.json beside the database.\(plain)

            \(bold)Open in a browser\(plain): \(profile.demoURL ?? "")
            \(dim)Two people, a bot and a Buy button. The browser does not know this machine's certificate yet: go on past its
            warning, or trust \(profile.caFile)\(plain)

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
              \(operatorsTool) --socket \(quoted(profile.adminSocket)) ledger verify
            \(routing(profile, bold, plain))
            Kill this process in the middle of anything and start it again: nothing is lost. Ctrl-C stops it.

            """
    }

    /// How to watch charges find their way, when there is more than one.
    private static func routing(_ profile: DevProfile, _ bold: String, _ plain: String) -> String {
        guard let simulators = profile.simulators, let stripe = simulators["stripe"] else { return "" }
        let florinctl = "\(operatorsTool) --socket \(quoted(profile.adminSocket))"
        let list = simulators.sorted { $0.key < $1.key }.map { "\($0.key) at \($0.value)" }.joined(separator: ", ")
        return """

            \(bold)Watch routing and failover\(plain): simulated are \(list)
              \(florinctl) route show                    # the rules, and how the connections are
              \(florinctl) payments list                 # then: route explain pi_…
            Take Stripe away for a minute, charge the card above a few times, and see it come back:
              curl --silent --show-error -d seconds=60 \(stripe)/_control/outage

            """
    }

    /// The florinctl beside the running florind, else the one that the shell finds.
    private static var operatorsTool: String {
        guard let daemon = realpath("/proc/self/exe", nil) else { return "florinctl" }
        defer { free(daemon) }
        let neighbour =
            String(cString: daemon).split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/florinctl"
        return access(neighbour, X_OK) == 0 ? quoted(neighbour) : "florinctl"
    }

    /// One word for a shell, whatever is in it.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
