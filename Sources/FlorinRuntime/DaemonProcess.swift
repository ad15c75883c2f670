import Glibc
import Ports

/// This process, as the audit log names it.
enum DaemonProcess {
    static var `operator`: Operator { Operator(uid: getuid(), pid: getpid(), name: "florind", role: "daemon") }
}
