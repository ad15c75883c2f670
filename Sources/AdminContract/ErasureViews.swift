/// What was erased of a person or customer, and what the books keep: a certificate once it is complete.
package struct ErasureView: Codable, Hashable, Sendable {
    /// Something that was destroyed.
    package struct Erased: Codable, Hashable, Sendable {
        package let what: String
        /// How many; nil for what there is once.
        package let count: Int64?
        package let how: String

        package init(what: String, count: Int64?, how: String) {
            self.what = what
            self.count = count
            self.how = how
        }
    }
    /// Something that stays.
    package struct Kept: Codable, Hashable, Sendable {
        package let what: String
        package let why: String

        package init(what: String, why: String) {
            self.what = what
            self.why = why
        }
    }
    package let id: String
    /// `per_…` or `cus_…`.
    package let subject: String
    package let mode: String
    package let requested: String
    package let requestedBy: String
    /// Done again on a restored backup.
    package let isReplay: Bool
    /// `journal`, `belongings`, `events`, `answers`, `pages`, then `done`.
    package let step: String
    /// Nil until it is complete.
    package let completed: String?
    package let erased: [Erased]
    package let kept: [Kept]
    /// What is outside the daemon's reach.
    package let notes: [String]

    package init(
        id: String, subject: String, mode: String, requested: String, requestedBy: String, isReplay: Bool, step: String,
        completed: String?, erased: [Erased], kept: [Kept], notes: [String]
    ) {
        self.id = id
        self.subject = subject
        self.mode = mode
        self.requested = requested
        self.requestedBy = requestedBy
        self.isReplay = isReplay
        self.step = step
        self.completed = completed
        self.erased = erased
        self.kept = kept
        self.notes = notes
    }
}

/// Erases a person. Cannot be undone.
package struct EraseRequest: Codable, Hashable, Sendable {
    /// The person's identifier once more.
    package let confirm: String

    package init(confirm: String) { self.confirm = confirm }
}
