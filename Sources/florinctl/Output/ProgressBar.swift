/// How far something is, on one line.
struct ProgressBar: Hashable, Sendable {
    let done: Int64
    /// 0 while it is being counted.
    let total: Int64

    /// Whole percent; 100 only when everything is done.
    var percent: Int64 {
        guard total > 0 else { return 0 }
        let share = min(max(done, 0), total).multipliedReportingOverflow(by: 100)
        return share.overflow ? done / (total / 100) : share.partialValue / total
    }

    /// `[#########-----------]  45 %  450 of 1000`
    func text(width: Int = 40) -> String {
        let filled = Int(percent) * width / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        let number = String(repeating: " ", count: 3 - String(percent).count) + String(percent)
        return "[\(bar)] \(number) %  \(done) of \(total)"
    }
}
