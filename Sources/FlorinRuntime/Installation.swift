import OpenSSLVault

/// What is made once, before the first start.
package enum Installation {
    /// Makes a root key in a new file of mode 0400, on disk when this returns. Never overwrites one.
    package static func makeRootKey(at path: String) throws { _ = try RootKey.create(at: path) }
}
