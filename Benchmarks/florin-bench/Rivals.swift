import Foundation
import Glibc

/// What others would pick, measured where it is installed.
enum Rivals {
    /// Transfers a second of PostgreSQL alone, without HTTP: eight clients over its socket, the same seven row writes, once
    /// as statements and once as one stored procedure.
    /// - Returns: nil where it is not installed or does not start.
    static func postgres(in directory: String, seconds: Double) -> (statements: Int, procedure: Int)? {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard let newest = versions.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) else { return nil }
        let programs = "/usr/lib/postgresql/\(newest)/bin"
        guard FileManager.default.isExecutableFile(atPath: "\(programs)/initdb") else { return nil }
        let home = "\(directory)/postgres"
        do {
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            try scripts(in: home)
            // PostgreSQL refuses to run as root.
            let isRoot = geteuid() == 0
            if isRoot {
                chmod(directory, 0o711)
                guard let user = getpwnam("postgres") else { return nil }
                for path in [home]
                    + (try FileManager.default.contentsOfDirectory(atPath: home)).map({ "\(home)/\($0)" })
                {
                    chown(path, user.pointee.pw_uid, user.pointee.pw_gid)
                }
            }
            // What becomes another user by exec stays this process's child: it can be ended, and nothing waits for it.
            let other = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
            func run(_ command: [String], seconds limit: Int = 60) throws -> String {
                try shell(["timeout", "--signal=KILL", "\(limit)"] + other + command)
            }
            _ = try run([
                "\(programs)/initdb", "-D", "\(home)/data", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8",
                "-U",
                "bench",
            ])
            let server = Process()
            server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            server.arguments =
                other + [
                    "\(programs)/postgres", "-D", "\(home)/data", "-c", "listen_addresses=", "-c",
                    "unix_socket_directories=\(home)", "-c", "max_wal_size=4GB",
                ]
            server.standardOutput = FileHandle.nullDevice
            server.standardError = FileHandle.nullDevice
            try server.runUnblocked()
            defer {
                // SIGQUIT: at once, without saving anything.
                kill(server.processIdentifier, SIGQUIT)
                server.waitUntilExit()
            }
            let psql = ["\(programs)/psql", "-h", home, "-U", "bench", "-q", "-v", "ON_ERROR_STOP=1"]
            var isUp = false
            for _ in 0..<300 where !isUp && server.isRunning {
                isUp = (try? run(psql + ["-c", "SELECT 1", "postgres"], seconds: 5)) != nil
                if !isUp { usleep(100_000) }
            }
            guard isUp else { throw BenchFailure("the server did not come up") }
            _ = try run(psql + ["-f", "\(home)/schema.sql", "postgres"])
            func rate(_ script: String) throws -> Int {
                let text = try run(
                    [
                        "\(programs)/pgbench", "-h", home, "-U", "bench", "-n", "-c", "8", "-j", "1", "-M", "prepared",
                        "-T",
                        "\(max(1, Int(seconds)))", "-f", "\(home)/\(script)", "postgres",
                    ], seconds: Int(seconds) + 30)
                let line = text.split(separator: "\n").first { $0.hasPrefix("tps = ") } ?? ""
                guard let value = line.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) }) else {
                    throw BenchFailure("pgbench said no rate")
                }
                return Int(value)
            }
            return try (rate("statements.sql"), rate("procedure.sql"))
        } catch {
            note("PostgreSQL is left out: \(error)")
            return nil
        }
    }

    private static func scripts(in home: String) throws {
        let schema = """
            CREATE TABLE account (number bigint PRIMARY KEY, balance bigint NOT NULL);
            INSERT INTO account SELECT n, 1000000000 FROM generate_series(1, 2000) n;
            CREATE TABLE entry (number bigserial PRIMARY KEY, source uuid NOT NULL, account bigint NOT NULL,
                amount bigint NOT NULL, balance bigint NOT NULL);
            CREATE TABLE transfer (id uuid PRIMARY KEY, sender bigint NOT NULL, recipient bigint NOT NULL,
                amount bigint NOT NULL, currency int NOT NULL, state int NOT NULL, created timestamptz NOT NULL);
            CREATE TABLE event (number bigserial PRIMARY KEY, type int NOT NULL, subject uuid NOT NULL,
                payload bytea NOT NULL);
            CREATE TABLE request (id uuid PRIMARY KEY, digest bytea NOT NULL, subject uuid NOT NULL, status int);
            CREATE FUNCTION transfer(a bigint, b bigint) RETURNS void LANGUAGE plpgsql AS $$
            DECLARE t uuid := gen_random_uuid(); x bigint; y bigint;
            BEGIN
                INSERT INTO request VALUES (gen_random_uuid(), decode(repeat('5a', 32), 'hex'), t, 200);
                UPDATE account SET balance = balance - 100 WHERE number = least(a, b) RETURNING balance INTO x;
                UPDATE account SET balance = balance + 100 WHERE number = greatest(a, b) RETURNING balance INTO y;
                INSERT INTO transfer VALUES (t, a, b, 100, 840, 3, now());
                INSERT INTO entry (source, account, amount, balance) VALUES (t, a, -100, x), (t, b, 100, y);
                INSERT INTO event (type, subject, payload) VALUES (1, t, decode(repeat('5a', 300), 'hex'));
            END $$;
            """
        let accounts = """
            \\set a random(1, 1000)
            \\set b random(1001, 2000)

            """
        let statements = """
            SELECT gen_random_uuid() AS t \\gset
            BEGIN;
            INSERT INTO request VALUES (gen_random_uuid(), decode(repeat('5a', 32), 'hex'), :t, 200);
            UPDATE account SET balance = balance - 100 WHERE number = :a;
            UPDATE account SET balance = balance + 100 WHERE number = :b;
            INSERT INTO transfer VALUES (:t, :a, :b, 100, 840, 3, now());
            INSERT INTO entry (source, account, amount, balance) VALUES (:t, :a, -100, 1);
            INSERT INTO entry (source, account, amount, balance) VALUES (:t, :b, 100, 1);
            INSERT INTO event (type, subject, payload) VALUES (1, :t, decode(repeat('5a', 300), 'hex'));
            COMMIT;
            """
        for (name, text) in [
            ("schema.sql", schema), ("statements.sql", accounts + statements),
            ("procedure.sql", accounts + "SELECT transfer(:a, :b);\n"),
        ] { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(home)/\(name)")) }
    }

    /// A second's worth of one Redis script that does the same to keys of its own, synced always, at 32 clients.
    /// - Returns: nil where it is not installed or does not start.
    static func redis(in directory: String, seconds: Double) -> Int? {
        let places = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"]
        guard places.contains(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
        let socket = "\(directory)/redis.sock"
        let server = Process()
        server.executableURL = URL(fileURLWithPath: places.first(where: FileManager.default.isExecutableFile) ?? "")
        server.arguments = [
            "--port", "0", "--unixsocket", socket, "--dir", directory, "--appendonly", "yes", "--appendfsync", "always",
            "--save", "", "--daemonize", "no",
        ]
        server.standardOutput = FileHandle.nullDevice
        do {
            try server.runUnblocked()
            defer {
                server.terminate()
                server.waitUntilExit()
            }
            for _ in 0..<100 where !FileManager.default.fileExists(atPath: socket) { usleep(20_000) }
            let script =
                "redis.call('SET',KEYS[1]..'r',ARGV[1]) redis.call('HSET',KEYS[1],'s',1,'r',2,'a',100,'c',840) "
                + "redis.call('DECRBY','a1',100) redis.call('INCRBY','a2',100) redis.call('RPUSH','e1',KEYS[1]) "
                + "redis.call('RPUSH','e2',KEYS[1]) redis.call('RPUSH','ev',ARGV[1]) return 1"
            let payload = String(repeating: "x", count: 300)
            let text = try shell([
                "timeout", "--signal=KILL", "\(Int(seconds) * 10 + 30)", "redis-benchmark", "-s", socket, "-c", "32",
                "-n",
                "\(Int(seconds * 20_000))", "-r", "1000000000", "-q",
                "eval", script, "1", "__rand_int__", payload,
            ])
            let rate = text.split(whereSeparator: { "\r\n".contains($0) }).last { $0.contains("requests per second") }
            let words = rate?.split(separator: " ") ?? []
            guard let unit = words.lastIndex(of: "requests"), unit > 0 else { return nil }
            return Double(words[unit - 1]).map { Int($0) }
        } catch {
            note("Redis is left out: \(error)")
            return nil
        }
    }

    private static func shell(_ command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runUnblocked()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("\(command.last ?? "") failed") }
        return text
    }
}
