import Glibc

/// What the kernel says of this process. Read anew for each scrape; a few system calls.
package struct ProcessFacts: Hashable, Sendable {
    /// Memory in use, in bytes.
    package let residentBytes: Int64
    package let openDescriptors: Int64
    /// How many there may be.
    package let descriptorLimit: Int64
    package let threads: Int64
    /// Processor time used, in nanoseconds.
    package let processorNanoseconds: UInt64

    /// Asks the kernel. What it does not tell is 0.
    package static func read() -> ProcessFacts {
        var limit = rlimit()
        let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        var usage = rusage()
        let hasUsage = getrusage(RUSAGE_SELF.rawValue, &usage) == 0
        let statm = words(of: "/proc/self/statm")
        // Fields behind the name, which may hold spaces and ends with a bracket: threads is the 18th of them.
        let status = words(of: "/proc/self/stat", after: UInt8(ascii: ")"))
        return ProcessFacts(
            residentBytes: (statm.count > 1 ? statm[1] : 0) * Int64(sysconf(CInt(_SC_PAGESIZE))),
            openDescriptors: countDescriptors(), descriptorLimit: hasLimit ? Int64(clamping: limit.rlim_cur) : 0,
            threads: status.count > 17 ? status[17] : 0,
            processorNanoseconds: hasUsage ? nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime) : 0)
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_usec) * 1_000
    }

    private static func countDescriptors() -> Int64 {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count: Int64 = -3  // `.`, `..` and the descriptor of the listing itself
        while readdir(directory) != nil { count += 1 }
        return max(0, count)
    }

    /// The numbers of a short file; a word that is no number counts as 0.
    private static func words(of path: String, after mark: UInt8? = nil) -> [Int64] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return [] }
        var text = bytes[..<count]
        if let mark, let end = text.lastIndex(of: mark) { text = text[(end + 1)...] }
        return text.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }).map {
            Int64(String(decoding: $0, as: UTF8.self)) ?? 0
        }
    }
}

extension ProcessFacts {
    /// Writes the families under the names that Prometheus' own client libraries use.
    package func write(to page: inout MetricPage) {
        page.number("process_resident_memory_bytes", .gauge, "Memory in use.", residentBytes)
        page.number("process_open_fds", .gauge, "Open file descriptors, sockets included.", openDescriptors)
        page.number("process_max_fds", .gauge, "How many file descriptors there may be.", descriptorLimit)
        page.number("process_threads", .gauge, "Threads.", threads)
        page.seconds(
            "process_cpu_seconds_total", .counter, "Processor time used, user and system.",
            nanoseconds: processorNanoseconds)
    }
}
