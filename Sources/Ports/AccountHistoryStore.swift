package import Primitives

/// Questions about the order of time in the book.
package protocol AccountHistoryReading: AnyObject {
    /// A number that is larger than those of all postings made before `time`, and hardly larger: within the minute by which
    /// clocks and the order of commits may disagree. Found by halving, whatever the size of the book.
    func postingNumber(around time: Timestamp) throws -> Int64
}
