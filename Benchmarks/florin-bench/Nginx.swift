import Foundation
import Glibc

/// nginx with TLS and a 400-byte answer: the bound N. Measured where it is installed, never required.
final class Nginx {
    let port: UInt16
    let caFile: String
    private let process: Process

    /// - Returns: nil where nginx or openssl is not installed or does not start.
    static func start(in directory: String) async -> Nginx? {
        let places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]
        guard let program = places.first(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
        do { return try await Nginx(program, directory) } catch {
            note("nginx is left out: \(error)")
            return nil
        }
    }

    private init(_ program: String, _ directory: String) async throws {
        port = try Self.freePort()
        let certificate = try Certificate(in: directory, name: "nginx")
        caFile = certificate.file
        let text = """
            worker_processes auto;
            daemon off;
            pid \(directory)/nginx.pid;
            error_log /dev/null;
            events { worker_connections 1024; }
            http {
              access_log off; keepalive_requests 1000000000;
              client_body_temp_path \(directory); proxy_temp_path \(directory); fastcgi_temp_path \(directory);
              uwsgi_temp_path \(directory); scgi_temp_path \(directory);
              server {
                listen 127.0.0.1:\(port) ssl; ssl_certificate \(caFile); ssl_certificate_key \(directory)/nginx.key;
                ssl_protocols TLSv1.3; default_type application/json;
                location / { return 200 "\(String(repeating: "x", count: 400))"; }
              }
            }
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/nginx.conf"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-p", directory, "-c", "\(directory)/nginx.conf"]
        process.standardError = FileHandle.nullDevice
        try process.runUnblocked()
        try await Task.sleep(for: .milliseconds(500))
        guard process.isRunning else { throw BenchFailure("it ended at once") }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 ? getsockname(descriptor, generic, &size) : -1
            }
        }
        guard code == 0 else { throw BenchFailure("no port is free") }
        return UInt16(bigEndian: address.sin_port)
    }
}
