import Yams

/// One key of the configuration file: the only place where its name, type, documentation and effect are written. Reading
/// the file, `config/florin.yaml` and `florind check --print-defaults` all come from these.
package struct ConfigurationKey: Sendable {
    /// When a changed value is obeyed.
    package enum Effect: String, Sendable {
        /// After SIGHUP or `florinctl reload`.
        case reload
        /// After a restart only; a reload says that it has not been applied.
        case restart
    }

    /// Section and name, `listen.port`.
    package let path: String
    /// Type, unit and range in words.
    package let type: String
    package let documentation: String
    package let effect: Effect
    /// The value as it is written in the file.
    package let text: @Sendable (Configuration) -> String
    /// Where a secret lies; nil for keys that are none. The file holds no secret itself.
    package private(set) var secret: (@Sendable (Configuration) -> SecretReference)?
    /// Takes the value from one configuration to another.
    let copy: @Sendable (Configuration, inout Configuration) -> Void
    let read: @Sendable (Node, inout Configuration) throws(BadValue) -> Void

    /// - Parameters:
    ///   - value: where the value lies; what ``Configuration`` holds there from the start is the default.
    ///   - documentation: whole sentences; lines are broken when it is printed.
    package init<Value: Sendable>(
        _ path: String, _ value: any WritableKeyPath<Configuration, Value> & Sendable, _ kind: ValueKind<Value>,
        _ effect: Effect, _ documentation: String
    ) {
        self.path = path
        type = kind.name
        self.effect = effect
        self.documentation = documentation
        copy = { $1[keyPath: value] = $0[keyPath: value] }
        text = { kind.text($0[keyPath: value]) }
        read = { (node, configuration) throws(BadValue) in
            configuration[keyPath: value] = try kind.parse(node)
        }
        secret = nil
    }

    /// A key that says where a secret lies.
    package static func secret(
        _ path: String, _ value: any WritableKeyPath<Configuration, SecretReference> & Sendable, _ effect: Effect,
        isOptional: Bool = false, _ documentation: String
    ) -> ConfigurationKey {
        var key = ConfigurationKey(path, value, .secret(isOptional: isOptional), effect, documentation)
        key.secret = { $0[keyPath: value] }
        return key
    }

    /// The part after the section.
    var name: Substring { path.drop { $0 != "." }.dropFirst() }
}

/// Keys that belong together, with what they are about.
package struct ConfigurationSection: Sendable {
    package let name: String
    package let documentation: String
    package let keys: [ConfigurationKey]
    /// Told what is wrong between keys that are fine by themselves; nil when nothing can be.
    let check: (@Sendable (Configuration, _ report: (_ path: String, _ problem: String) -> Void) -> Void)?

    /// - Parameter keys: each path begins with the section's name.
    package init(
        _ name: String, _ documentation: String, _ keys: [ConfigurationKey],
        check: (@Sendable (Configuration, (String, String) -> Void) -> Void)? = nil
    ) {
        self.name = name
        self.documentation = documentation
        self.keys = keys
        self.check = check
    }
}
