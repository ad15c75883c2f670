import Glibc

/// Data files that belong to the program: beside an installed one in `../share/florin`, for one that was built where its
/// source lies in `docs`.
package enum SharedFiles {
    /// The most that is read.
    private static let limit = 4 << 20
    /// How far above a built program its source may begin: `.build/TRIPLE/debug`.
    private static let levels = 6

    /// The whole file, nil when it is neither installed nor in the source.
    package static func read(_ name: String) -> [UInt8]? {
        guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(resolved) }
        return read(name, besideProgram: String(cString: resolved))
    }

    static func read(_ name: String, besideProgram program: String) -> [UInt8]? {
        var folder = parent(of: program)
        if let installed = SmallFile.read(parent(of: folder) + "/share/florin/" + name, limit: limit) {
            return installed
        }
        for _ in 0..<levels where !folder.isEmpty {
            if access(folder + "/Package.swift", F_OK) == 0 {
                return SmallFile.read(folder + "/docs/" + name, limit: limit)
            }
            folder = parent(of: folder)
        }
        return nil
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}

/// Files that are small enough to be read at once.
enum SmallFile {
    /// The whole file; nil when it cannot be read, is no plain file, or is larger than `limit`.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size <= limit else {
            return nil
        }
        var content = [UInt8](repeating: 0, count: Int(facts.st_size))
        var filled = 0
        while filled < content.count {
            let count = content[filled...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return nil }
            filled += count
        }
        return content
    }
}
