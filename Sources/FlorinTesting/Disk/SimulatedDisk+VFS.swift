import GRDBSQLite
import Synchronization

/// An open file as SQLite sees it; the system's own file lies right behind it in the same memory.
private struct OpenFile {
    var base: sqlite3_file
    /// Nil for temporary files, which nobody misses after a power cut.
    var tracked: Unmanaged<TrackedFile>?
}

private final class TrackedFile: Sendable {
    let disk: SimulatedDisk
    let path: String
    let part: SimulatedDisk.Part

    init(_ disk: SimulatedDisk, _ path: String, _ part: SimulatedDisk.Part) {
        self.disk = disk
        self.path = path
        self.part = part
    }
}

private typealias FilePointer = UnsafeMutablePointer<sqlite3_file>
private typealias VFSPointer = UnsafeMutablePointer<sqlite3_vfs>

/// Room for `OpenFile`, rounded so that the system's file behind it is aligned.
private let headerSize = (MemoryLayout<OpenFile>.stride + 15) / 16 * 16

private func real(_ file: FilePointer?) -> FilePointer? {
    file.map { UnsafeMutableRawPointer($0).advanced(by: headerSize).assumingMemoryBound(to: sqlite3_file.self) }
}

private func methods(_ file: FilePointer?) -> sqlite3_io_methods? { real(file)?.pointee.pMethods?.pointee }

private func tracked(_ file: FilePointer?) -> TrackedFile? {
    file.flatMap { UnsafeMutableRawPointer($0).assumingMemoryBound(to: OpenFile.self).pointee.tracked }?
        .takeUnretainedValue()
}

private func system(_ vfs: VFSPointer?) -> VFSPointer? { sqlite3_vfs_find("unix") }

private func disk(_ vfs: VFSPointer?) -> SimulatedDisk? {
    vfs?.pointee.pAppData.map { Unmanaged<SimulatedDisk>.fromOpaque($0).takeUnretainedValue() }
}

extension SimulatedDisk {
    /// SQLite offers no VFS to build on, or refused ours.
    struct CannotRegister: Error {}

    func registerVFS(named name: String) throws {
        guard let unix = system(nil), let copiedName = name.withCString({ copiedText($0) }) else {
            throw CannotRegister()
        }
        // The system's VFS with our own way to open and delete; kept until the process ends, as is the disk.
        let vfs = VFSPointer.allocate(capacity: 1)
        vfs.initialize(to: unix.pointee)
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafePointer(copiedName)
        vfs.pointee.szOsFile = CInt(headerSize) + unix.pointee.szOsFile
        vfs.pointee.pAppData = Unmanaged.passRetained(self).toOpaque()
        vfs.pointee.xOpen = openFile
        vfs.pointee.xDelete = deleteFile
        guard sqlite3_vfs_register(vfs, 0) == SQLITE_OK else { throw CannotRegister() }
    }

    /// The code an operation has to fail with, if any.
    fileprivate func refusal(_ operation: Operation, _ part: Part) -> CInt? {
        state.withLock { state in
            state.counts[operation, default: 0] += 1
            if operation == .write, let left = state.writesUntilCut {
                state.writesUntilCut = left - 1
                if left <= 0 { state.isCut = true }
            }
            if state.isCut { return operation == .write ? SQLITE_IOERR | (3 << 8) : SQLITE_IOERR | (4 << 8) }
            for index in state.failures.indices {
                let failure = state.failures[index]
                guard failure.operation == operation, failure.part == part else { continue }
                if let times = failure.times {
                    if times <= 0 { continue }
                    state.failures[index].times = times - 1
                }
                return failure.code
            }
            return nil
        }
    }
}

private func copiedText(_ text: UnsafePointer<CChar>) -> UnsafeMutablePointer<CChar>? {
    let length = String(cString: text).utf8.count + 1
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: length)
    copy.initialize(from: text, count: length)
    return copy
}

private func openFile(
    _ vfs: VFSPointer?, _ name: UnsafePointer<CChar>?, _ file: FilePointer?, _ flags: CInt,
    _ outFlags: UnsafeMutablePointer<CInt>?
) -> CInt {
    guard let file, let unix = system(vfs), let disk = disk(vfs) else { return SQLITE_CANTOPEN }
    let open = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
    open.initialize(to: OpenFile(base: sqlite3_file(pMethods: nil), tracked: nil))
    let code = unix.pointee.xOpen(unix, name, real(file), flags, outFlags)
    guard code == SQLITE_OK else { return code }
    let isLog = flags & SQLITE_OPEN_WAL != 0
    if let name, isLog || flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL) != 0 {
        let path = String(cString: name)
        open.pointee.tracked = Unmanaged.passRetained(TrackedFile(disk, path, isLog ? .log : .database))
        let content = wholeFile(real(file))
        disk.state.withLock { if $0.files[path] == nil { $0.files[path] = FileImage(content) } }
    }
    open.pointee.base.pMethods = UnsafePointer(disk.hasSharedMemory ? methodsWithLog : methodsWithoutLog)
    return SQLITE_OK
}

private func wholeFile(_ file: FilePointer?) -> [UInt8] {
    guard let file, let methods = file.pointee.pMethods?.pointee else { return [] }
    var size: sqlite3_int64 = 0
    guard methods.xFileSize(file, &size) == SQLITE_OK, size > 0 else { return [] }
    var content = [UInt8](repeating: 0, count: Int(size))
    let code = content.withUnsafeMutableBytes { methods.xRead(file, $0.baseAddress, CInt($0.count), 0) }
    return code == SQLITE_OK ? content : []
}

private func deleteFile(_ vfs: VFSPointer?, _ name: UnsafePointer<CChar>?, _ syncDirectory: CInt) -> CInt {
    guard let unix = system(vfs), let disk = disk(vfs), let name else { return SQLITE_IOERR }
    let path = String(cString: name)
    let isCut = disk.state.withLock { state in
        if !state.isCut { state.files[path] = nil }
        return state.isCut
    }
    return isCut ? SQLITE_IOERR : unix.pointee.xDelete(unix, name, 0)
}

// Kept until the process ends: SQLite holds pointers to them.
nonisolated(unsafe) private let methodsWithLog = makeMethods(version: 2)
nonisolated(unsafe) private let methodsWithoutLog = makeMethods(version: 1)

private func makeMethods(version: CInt) -> UnsafeMutablePointer<sqlite3_io_methods> {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(
        to: sqlite3_io_methods(
            iVersion: version,
            xClose: { file in
                let code = FlorinTesting.methods(file)?.xClose(real(file)) ?? SQLITE_OK
                if let file {
                    let open = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
                    open.pointee.tracked?.release()
                    open.pointee.tracked = nil
                }
                return code
            },
            xRead: { FlorinTesting.methods($0)?.xRead(real($0), $1, $2, $3) ?? SQLITE_IOERR },
            xWrite: writeFile,
            xTruncate: truncateFile,
            xSync: syncFile,
            xFileSize: { FlorinTesting.methods($0)?.xFileSize(real($0), $1) ?? SQLITE_IOERR },
            xLock: { FlorinTesting.methods($0)?.xLock(real($0), $1) ?? SQLITE_IOERR },
            xUnlock: { FlorinTesting.methods($0)?.xUnlock(real($0), $1) ?? SQLITE_IOERR },
            xCheckReservedLock: { FlorinTesting.methods($0)?.xCheckReservedLock(real($0), $1) ?? SQLITE_IOERR },
            xFileControl: { FlorinTesting.methods($0)?.xFileControl(real($0), $1, $2) ?? SQLITE_NOTFOUND },
            xSectorSize: { FlorinTesting.methods($0)?.xSectorSize(real($0)) ?? 4_096 },
            xDeviceCharacteristics: { FlorinTesting.methods($0)?.xDeviceCharacteristics(real($0)) ?? 0 },
            xShmMap: { FlorinTesting.methods($0)?.xShmMap(real($0), $1, $2, $3, $4) ?? SQLITE_IOERR },
            xShmLock: { FlorinTesting.methods($0)?.xShmLock(real($0), $1, $2, $3) ?? SQLITE_IOERR },
            xShmBarrier: { FlorinTesting.methods($0)?.xShmBarrier(real($0)) },
            xShmUnmap: { FlorinTesting.methods($0)?.xShmUnmap(real($0), $1) ?? SQLITE_IOERR },
            // Version 2 has no memory mapping: every change comes through xWrite.
            xFetch: nil,
            xUnfetch: nil))
    return methods
}

private func writeFile(
    _ file: FilePointer?, _ bytes: UnsafeRawPointer?, _ count: CInt, _ offset: sqlite3_int64
) -> CInt {
    guard let methods = methods(file) else { return SQLITE_IOERR }
    guard let tracked = tracked(file) else { return methods.xWrite(real(file), bytes, count, offset) }
    if let code = tracked.disk.refusal(.write, tracked.part) { return code }
    let code = methods.xWrite(real(file), bytes, count, offset)
    if code == SQLITE_OK {
        let copy = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        tracked.disk.state.withLock { $0.files[tracked.path]?.write(copy, at: Int(offset)) }
    }
    return code
}

private func truncateFile(_ file: FilePointer?, _ size: sqlite3_int64) -> CInt {
    guard let methods = methods(file) else { return SQLITE_IOERR }
    guard let tracked = tracked(file) else { return methods.xTruncate(real(file), size) }
    if let code = tracked.disk.refusal(.write, tracked.part) { return code }
    let code = methods.xTruncate(real(file), size)
    if code == SQLITE_OK { tracked.disk.state.withLock { $0.files[tracked.path]?.truncate(to: Int(size)) } }
    return code
}

private func syncFile(_ file: FilePointer?, _ flags: CInt) -> CInt {
    guard let tracked = tracked(file) else { return SQLITE_OK }
    if let code = tracked.disk.refusal(.sync, tracked.part) { return code }
    tracked.disk.state.withLock { $0.files[tracked.path]?.sync() }
    return SQLITE_OK
}
