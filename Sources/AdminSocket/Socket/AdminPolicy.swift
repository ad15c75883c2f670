package import AdminContract
import Glibc

/// Which users and groups of the machine have which role. Root and the daemon's own user are always admins: they could
/// read the database anyway.
package struct AdminPolicy: Hashable, Sendable {
    package var adminGroups: Set<UInt32>
    package var operatorGroups: Set<UInt32>
    package var viewerGroups: Set<UInt32>
    /// The daemon's own user.
    package var ownUser: UInt32

    package init(
        adminGroups: Set<UInt32> = [], operatorGroups: Set<UInt32> = [], viewerGroups: Set<UInt32> = [],
        ownUser: UInt32 = geteuid()
    ) {
        self.adminGroups = adminGroups
        self.operatorGroups = operatorGroups
        self.viewerGroups = viewerGroups
        self.ownUser = ownUser
    }

    /// Root or the daemon's own user.
    func isHost(_ uid: UInt32) -> Bool { uid == 0 || uid == ownUser }

    /// The highest role that `peer` has; nil when it has none.
    package func role(of peer: PeerCredential) -> AdminRole? {
        if isHost(peer.uid) || !peer.groups.isDisjoint(with: adminGroups) { return .admin }
        if !peer.groups.isDisjoint(with: operatorGroups) { return .operator }
        if !peer.groups.isDisjoint(with: viewerGroups) { return .viewer }
        return nil
    }
}
