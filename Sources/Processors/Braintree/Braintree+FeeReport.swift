import Payments
package import Ports
import Primitives

extension Braintree: SettlementFileReading {
    /// Reads Braintree's payment-level fee report (once called transaction-level), which the published schema offers as a file only
    /// (`report { paymentLevelFees(date:) { url } }`), with its own column names. It tells what each payment cost; that the
    /// payment itself moved money, the API tells. Each record is a fee by itself, so that file and API never count twice.
    /// Source for the columns: `TransactionLevelFeeReportRow` of Braintree's package for Java.
    package func settlementLine(_ record: [String: String]) throws(SettlementRecordError) -> SettlementLine? {
        func text(_ names: String...) -> String? {
            for name in names { if let value = record[name], !value.isEmpty { return value } }
            return nil
        }
        guard let transaction = text("transaction id"), transaction.utf8.count <= 64 else {
            throw SettlementRecordError("“Transaction ID” is missing")
        }
        guard let currency = text("settlement currency").flatMap({ Currency(code: $0) }),
            BraintreeAmounts.isSupported(currency)
        else { throw SettlementRecordError("“Settlement Currency” is no code of a currency that Braintree is sent") }
        guard let total = text("total fee amount") else {
            let hasEstimate = text("est. total fee amount") != nil
            throw SettlementRecordError(
                hasEstimate
                    ? "it has only an estimate (“Est. Total Fee Amount”), which is not booked; book the fees of the "
                        + "monthly statement with a file of Florin's own columns"
                    : "“Total Fee Amount” is missing")
        }
        guard let fee = Money(majorUnitText: total, currency: currency) else {
            throw SettlementRecordError("“Total Fee Amount” is an amount such as 0.57")
        }
        guard let day = text("disbursement date", "settlement date"), let occurred = Timestamp(text: day) else {
            throw SettlementRecordError("“Disbursement Date” is a day such as 2026-11-23")
        }
        guard !fee.isZero else { return nil }
        return SettlementLine(
            name: "\(transaction)/fee", kind: .fee, reference: text("order id").flatMap { OperationID($0) },
            processorReference: transaction, gross: Money(minorUnits: -fee.minorUnits, currency: currency), fee: 0,
            payout: nil, occurred: occurred)
    }
}
