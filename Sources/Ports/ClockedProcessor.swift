/// A processor of a try-out that can be told that time has passed. No processor of real money conforms.
package protocol ClockedProcessor: CardProcessor {
    /// The time to answer in a dispute is over. What comes of it is told with the next facts; when it is not, nothing has
    /// happened and it may be told again.
    /// - Parameter name: the processor's own name of the dispute.
    func passDeadline(ofDispute name: String) async
}
