import Glibc

extension AdminSocketConfiguration {
    /// What a start would refuse about the socket's place as it is now; nil when nothing is wrong, or when the directory is
    /// still to be made. Changes nothing.
    /// - Parameter ignoresOwner: for somebody else than the daemon's user, who looks in its place.
    package func placeProblem(ignoresOwner: Bool) -> AdminSocketError? {
        guard path.utf8.count <= SocketBinding.longestPath else { return .pathTooLong(path) }
        do throws(AdminSocketError) {
            try SocketDirectory.check(SocketBinding.directory(of: path), access)
            return nil
        } catch {
            switch error {
            case .system(_, _, errno: ENOENT): return nil
            case .wrongOwner where ignoresOwner: return nil
            default: return error
            }
        }
    }
}
