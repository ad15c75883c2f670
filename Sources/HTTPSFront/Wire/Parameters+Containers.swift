/// What a request asks of an object's metadata.
package struct MetadataUpdate: Sendable, Equatable {
    /// One key of the request.
    package struct Entry: Sendable, Equatable {
        package let key: String
        /// nil deletes the key.
        package let value: String?
    }

    /// How many keys an object may have.
    package static let keyLimit = 50

    /// `metadata` itself was sent empty: everything goes.
    package var clearsAll = false
    package var entries: [Entry] = []

    package var isEmpty: Bool { !clearsAll && entries.isEmpty }

    /// The metadata after this update, in a stable order: kept keys first, new ones behind.
    /// - Throws: when there would be more than fifty keys.
    package func applied(
        to existing: [(key: String, value: String)]
    ) throws(APIError) -> [(key: String, value: String)] {
        var result = clearsAll ? [] : existing
        for entry in entries {
            let position = result.firstIndex { $0.key == entry.key }
            switch (position, entry.value) {
            case (let position?, let value?): result[position].value = value
            case (let position?, nil): result.remove(at: position)
            case (nil, let value?): result.append((entry.key, value))
            case (nil, nil): break
            }
        }
        guard result.count <= MetadataUpdate.keyLimit else { throw Parameters.tooMuchMetadata }
        return result
    }
}

extension Parameters {
    /// The object called `key`, to be read in turn.
    /// - Returns: nil when it is absent, empty or null.
    package func object(_ key: StaticString) throws(APIError) -> Parameters? {
        guard let found = takeValue(key) else { return nil }
        guard state.tree.nodes[found].kind == .object else {
            throw mustBe("a hash with named fields", key)
        }
        return Parameters(state: state, node: found)
    }

    /// The object called `key`, of which an update can say three things.
    /// - Returns: nil when it was not mentioned, nil in the inner place when it was sent empty.
    package func changedObject(_ key: StaticString) throws(APIError) -> Parameters?? {
        guard let found = take(key) else { return nil }
        guard !isEmptyValue(found) else { return .some(nil) }
        guard state.tree.nodes[found].kind == .object else { throw mustBe("a hash with named fields", key) }
        return Parameters(state: state, node: found)
    }

    /// The object called `key`.
    package func requiredObject(_ key: StaticString) throws(APIError) -> Parameters {
        _ = try require(key)
        guard let object = try object(key) else { throw .missing(path(key)) }
        return object
    }

    /// Texts in an array (`expand[]=…`); empty when it is absent.
    package func strings(_ key: StaticString, maxCount: Int = 20, max: Int = 500) throws(APIError) -> [String] {
        var texts: [String] = []
        for element in try elements(key, maxCount: maxCount) {
            let found = state.tree.nodes[element]
            guard found.kind == .text else {
                throw .invalid(
                    state.tree.path(of: element), "Invalid \(state.tree.path(of: element)): must be a string.")
            }
            texts.append(try checkedText(found.value, path: state.tree.path(of: element), max: max))
        }
        return texts
    }

    /// Objects in an array (`items[0][price]=…`); empty when it is absent.
    package func objects(_ key: StaticString, maxCount: Int = 100) throws(APIError) -> [Parameters] {
        var objects: [Parameters] = []
        for element in try elements(key, maxCount: maxCount) {
            guard state.tree.nodes[element].kind == .object else {
                let path = state.tree.path(of: element)
                throw .invalid(path, "Invalid \(path): must be a hash with named fields.")
            }
            objects.append(Parameters(state: state, node: element))
        }
        return objects
    }

    private func elements(_ key: StaticString, maxCount: Int) throws(APIError) -> [Int] {
        guard let found = takeValue(key) else { return [] }
        guard state.tree.nodes[found].kind == .array else { throw mustBe("an array", key) }
        let children = state.tree.children(of: found)
        guard children.count <= maxCount else {
            throw .invalid(path(key), "\(path(key)) has more than \(maxCount) elements.")
        }
        for child in children { state.isUsed[child] = true }
        return children
    }
}

// MARK: - Metadata

extension Parameters {
    static let longestMetadataKey = 40
    static let longestMetadataValue = 500

    static let tooMuchMetadata = APIError.invalid(
        "metadata", "metadata can have at most \(MetadataUpdate.keyLimit) keys.")

    /// `metadata`: at most 50 keys of at most 40 characters, values of at most 500. An empty value deletes its key, an
    /// empty `metadata` all of them. Neither keys nor values may hold a card number.
    package func metadata() throws(APIError) -> MetadataUpdate {
        guard let found = take("metadata") else { return MetadataUpdate() }
        guard !isEmptyValue(found) else { return MetadataUpdate(clearsAll: true) }
        guard state.tree.nodes[found].kind.isContainer else { throw mustBe("a hash of texts", "metadata") }
        var update = MetadataUpdate()
        for child in state.tree.children(of: found) {
            guard update.entries.count < MetadataUpdate.keyLimit else { throw Parameters.tooMuchMetadata }
            update.entries.append(try metadataEntry(child))
        }
        return update
    }

    /// Keys that are 0, 1, 2 … arrive as a numbered array when they come from a form; they keep their names.
    private func metadataEntry(_ index: Int) throws(APIError) -> MetadataUpdate.Entry {
        state.isUsed[index] = true
        let found = state.tree.nodes[index]
        let path = state.tree.path(of: index)
        guard !found.name.isEmpty else { throw mustBe("a hash of texts", "metadata") }
        let key = try checkedText(found.name, path: "metadata", max: Parameters.longestMetadataKey)
        guard !key.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else {
            throw .invalid("metadata", "A metadata key must not contain square brackets.")
        }
        if isEmptyValue(index) { return .init(key: key, value: nil) }
        guard found.kind == .text else { throw .invalid(path, "Invalid \(path): metadata values must be strings.") }
        return .init(key: key, value: try checkedText(found.value, path: path, max: Parameters.longestMetadataValue))
    }
}
