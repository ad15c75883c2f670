package import Payments

extension DetailFields {
    /// The most metadata entries an object may have.
    static let metadataLimit = 50

    /// Stands for all metadata among the names to remove.
    package static let allMetadata = "m:"

    /// What a metadata entry is called among the names to remove.
    package static func metadataName(_ key: String) -> String { "m:" + key }

    /// These fields without `removals`, and with `texts` merged over the rest.
    /// - Throws: when there would be more metadata than an object may have.
    func changed(by texts: DetailFields, removing removals: [String]) throws -> DetailFields {
        var fields = self
        for name in removals {
            guard name == Self.allMetadata else {
                fields[name] = nil
                continue
            }
            for entry in fields.metadata { fields.setMetadata(entry.key, nil) }
        }
        fields.merge(texts)
        guard fields.metadata.count <= Self.metadataLimit else {
            throw Refusal.invalid(
                parameter: "metadata", code: "parameter_invalid",
                message: "metadata can have at most \(Self.metadataLimit) keys.")
        }
        return fields
    }
}
