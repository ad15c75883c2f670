import Engine
import Payments
import Primitives

/// Texts to set and names of texts to remove, as an update asks for.
struct TextChanges {
    var texts = DetailFields()
    var removals: [String] = []

    mutating func note(_ name: String, _ change: Change<String>) {
        switch change {
        case .unchanged: break
        case .cleared: removals.append(name)
        case .set(let text): texts[name] = text
        }
    }

    mutating func note(_ metadata: MetadataUpdate) {
        if metadata.clearsAll { removals.append(DetailFields.allMetadata) }
        for entry in metadata.entries {
            if let value = entry.value {
                texts.setMetadata(entry.key, value)
            } else {
                removals.append(DetailFields.metadataName(entry.key))
            }
        }
    }

    mutating func noteAddress(_ address: Parameters?) throws(APIError) {
        guard let address else { return }
        for part in AddressPart.allCases { note(part.name, try address.change(part.key, max: 500)) }
    }
}

extension Parameters {
    /// An e-mail address: something, an at sign, something.
    func checkedEmail(_ key: StaticString = "email") throws(APIError) -> Change<String> {
        let change = try change(key, max: 512)
        if case .set(let text) = change {
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isPlausible =
                parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && !text.utf8.contains { $0 <= 0x20 }
            guard isPlausible else {
                throw .invalid(path(key), code: "email_invalid", "\(path(key)) is not an e-mail address.")
            }
        }
        return change
    }

    /// `billing_details`, with the names the fields are stored under.
    func billingDetails() throws(APIError) -> TextChanges {
        var changes = TextChanges()
        guard let details = try object("billing_details") else { return changes }
        changes.note("name", try details.change("name", max: 200))
        changes.note("email", try details.checkedEmail())
        changes.note("phone", try details.change("phone", max: 40))
        try changes.noteAddress(try details.object("address"))
        return changes
    }

    /// Where a cardholder goes back to: a web page or an app.
    func returnURL(_ key: StaticString = "return_url") throws(APIError) -> String? {
        guard let text = try optionalString(key, max: 2_048) else { return nil }
        let scheme = text.prefix { $0 != ":" }
        let isScheme =
            scheme.first?.isLetter == true
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        let isScript = ["javascript", "data", "vbscript", "file", "blob"].contains(scheme.lowercased())
        guard isScheme, !isScript, text.dropFirst(scheme.count).hasPrefix("://"),
            !text.utf8.contains(where: { $0 <= 0x20 })
        else {
            throw .invalid(
                path(key), code: "url_invalid",
                "\(path(key)) must be a whole URL, such as https://example.com/back.")
        }
        return text
    }

    /// What a statement shows: 5 to 22 printable ASCII characters with a letter among them.
    func statementDescriptor(_ key: StaticString = "statement_descriptor") throws(APIError) -> String? {
        guard let text = try optionalString(key, max: 22) else { return nil }
        guard StatementDescriptor.isValid(text) else {
            throw .invalid(
                path(key), code: "statement_descriptor_invalid",
                "\(path(key)) must have \(StatementDescriptor.rule).")
        }
        return text
    }
}
