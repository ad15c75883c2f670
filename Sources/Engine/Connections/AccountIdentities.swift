import Payments
import Ports
import Primitives

// Whose account a connection's credentials are of. What was charged at an account is found with credentials of that account
// only, so they are never replaced by another account's.
extension ConnectionAccounts {
    /// How many connections are read at once.
    private static let batch = 100

    /// Asks the processors of connections whose account nobody knows: those that were added when their processor was not there,
    /// or by an earlier version. Before their key is replaced, that is: afterwards nobody could be asked.
    /// - Returns: how many were learnt.
    @discardableResult
    package func learnIdentities() async throws -> Int {
        var (learnt, last): (Int, ConnectionID?) = (0, nil)
        while true {
            let after = last
            let page = try await store.read { try $0.connectionsWithoutIdentity(after: after, limit: Self.batch) }
            for id in page {
                guard let adapter = directory.processor(for: id) else { continue }
                if try await learn(id, adapter) { learnt += 1 }
            }
            guard page.count == Self.batch else { return learnt }
            last = page.last
        }
    }

    /// Keeps what the processor calls the account, unless that is known.
    /// - Returns: whether it was learnt just now.
    @discardableResult
    func learn(_ id: ConnectionID, _ adapter: any CardProcessor) async throws -> Bool {
        guard adapter is any IdentifyingProcessor, try await store.read({ try $0.accountIdentity(of: id) }) == nil,
            case .account(let name) = await Self.identity(of: adapter)
        else { return false }
        let now = clock.now()
        try await store.write { try $0.note(accountIdentity: name, of: id, at: now) }
        return true
    }

    static func identity(of adapter: any CardProcessor) async -> AccountAnswer {
        guard let identifying = adapter as? any IdentifyingProcessor else {
            return .untold("this processor has no accounts")
        }
        return await identifying.identify()
    }

    /// Holds new credentials to the account of the old ones.
    /// - Parameter known: the account of the connection, if that is known.
    /// - Returns: the account; nil when somebody vouches for what nobody can tell.
    /// - Throws: ``AccountRefusal`` when it is another account, or when nobody knows.
    func confirmed(
        _ adapter: any CardProcessor, of connection: Connection, known: String?, _ isVouchedFor: Bool
    ) async throws -> String? {
        guard adapter is any IdentifyingProcessor else { return nil }
        var old = known.map { AccountAnswer.account($0) }
        if old == nil, let current = directory.processor(for: connection.id) {
            old = await Self.identity(of: current)
        }
        let new = await Self.identity(of: adapter)
        switch (old, new) {
        case (.account(let before), .account(let after)):
            guard before == after else { throw AccountRefusal(otherAccount: after, than: before, connection) }
            return after
        case (_, .account(let after)) where isVouchedFor: return after
        case (.account(let before), _) where isVouchedFor: return before
        case (_, _) where isVouchedFor: return nil
        case (_, .account(let after)): throw AccountRefusal(unknownBefore: after, old?.words, connection)
        default: throw AccountRefusal(untold: new.words, connection)
        }
    }
}

extension AccountChange {
    /// - Parameter others: which connections are of the same account.
    init(_ connection: Connection, _ answer: AccountAnswer, _ others: [ConnectionID]) {
        self.connection = connection
        switch answer {
        case .account(let name):
            identity = name
            notes =
                others.isEmpty
                ? []
                : [
                    "\(others.map(\.text).joined(separator: ", ")) is of the same account (\(name)): both speak for it now, "
                        + "and a settlement of the account is of both."
                ]
        case .untold(let why), .unreachable(let why):
            identity = nil
            notes = ["Whose account it is, is not known yet (\(why)); `connections test` asks again."]
        case .refused(let why):
            identity = nil
            notes = ["The processor does not take these credentials: \(why)."]
        }
    }
}

extension AccountAnswer {
    fileprivate var words: String {
        switch self {
        case .account(let name): name
        case .untold(let why), .refused(let why), .unreachable(let why): why
        }
    }
}

extension AccountRefusal {
    fileprivate init(otherAccount after: String, than before: String, _ connection: Connection) {
        self.init(
            message:
                "These are credentials of another account, \(after); \(connection.id) is of \(before). What was charged "
                + "there cannot be looked up or refunded with them. Add a connection for \(after) with `connections add`, "
                + "and switch this one off with `connections disable`: it goes on with what it has begun. Nothing was changed."
        )
    }

    fileprivate init(unknownBefore after: String, _ why: String?, _ connection: Connection) {
        self.init(
            message:
                "These are credentials of \(after), and nobody can tell whether \(connection.id) is of the same account: "
                + "its credentials so far did not say (\(why ?? "there is no adapter")). If you are certain, say so with "
                + "--same-account. Nothing was changed.")
    }

    fileprivate init(untold why: String, _ connection: Connection) {
        self.init(
            message:
                "The processor does not say whose credentials these are (\(why)), and those of another account would lose "
                + "what \(connection.id) has charged. Try again, or say with --same-account that you are certain. "
                + "Nothing was changed.")
    }
}
