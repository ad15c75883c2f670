/// The schema of the store, as numbered migrations. One that was released is never edited; later ones only add columns at
/// the end of a table, because rows are read in the order of their columns.
package enum Schema {
    package static let migrations: [Migration] = [
        Migration(
            number: 1, name: "the core", sql: parties + cards + payments + friends + ledger + work + events + keys),
        Migration(number: 2, name: "audit log", sql: audit),
        Migration(number: 3, name: "scopes and last use of keys", sql: keyScopes),
        Migration(number: 4, name: "backups", sql: backups),
        Migration(number: 5, name: "carried commands", sql: carriedCommands),
        Migration(number: 6, name: "processor facts", sql: processorFacts),
        Migration(number: 7, name: "restores", sql: restores),
        Migration(number: 8, name: "sessions of people", sql: personSessions),
        Migration(number: 9, name: "a cheaper check of accounts", sql: accountCheck),
        Migration(number: 10, name: "connection accounts", sql: connectionAccounts),
        Migration(number: 11, name: "proposals of operators", sql: proposals),
        Migration(number: 12, name: "sending limits of single people", sql: limits),
        Migration(number: 13, name: "erasures", sql: erasures),
        Migration(number: 14, name: "cases, notices and settlements", sql: cases),
        Migration(number: 15, name: "routing", sql: routing),
        Migration(number: 16, name: "risk rules and reviews", sql: risk),
        Migration(number: 17, name: "disputes and fees", sql: disputes),
        Migration(number: 18, name: "payment instruments", sql: paymentInstruments),
        Migration(number: 19, name: "what customers are searched by", sql: customerLookups),
        Migration(number: 20, name: "kept cards and mandates", sql: setups),
        Migration(number: 21, name: "payouts and reports", sql: payouts),
        Migration(number: 22, name: "test clocks, ends of authorizations, second secrets", sql: clocks),
        Migration(number: 23, name: "key pairs that pages seal cards to", sql: intakeKeys),
        Migration(number: 24, name: "accounts at chat platforms", sql: surfaces),
        Migration(number: 25, name: "declines of issuers, notes of webhook endpoints", sql: declinesAndNotes),
        Migration(number: 26, name: "names of pending operations", sql: pendingReferences),
        Migration(number: 27, name: "checkouts and payment links", sql: checkouts),
        Migration(number: 28, name: "customers at chat platforms", sql: surfaceCustomers),
        Migration(number: 29, name: "cards lent to checkouts", sql: lentCards),
        Migration(number: 30, name: "payment PINs, and by what buyers are found", sql: buyers),
        Migration(number: 31, name: "lists that stay flat", sql: lists),
        Migration(number: 32, name: "identities of accounts, returns that cards refused", sql: identities),
        Migration(number: 33, name: "availability, tokens of checkouts, closed accounts", sql: availability),
        Migration(number: 34, name: "cards typed at checkouts", sql: typedCards),
        Migration(number: 35, name: "checkouts that several pay together", sql: together),
        Migration(number: 36, name: "what links have sold", sql: linksTaken),
        Migration(number: 37, name: "what led to bots, and what it brought in a day", sql: referrals),
    ]
}

// How the tables are laid out, and why (docs/adr/ tells how it was measured):
// - Identifiers are 16 bytes. Where they grow with time, a table is kept in their order and rows are added at one end.
//   Random ones (cards, tokens) sit in a small index beside a table that grows at one end; so do rows of a kilobyte
//   (events), of which too few would fit on a page of an index tree.
// - Hot tables have few secondary indexes: each is one more page to change for every payment.
// - CHECKs refuse nonsense that arithmetic of ours should never produce. Vocabularies that will grow (reasons, types)
//   are only checked to be positive: SQLite cannot change a CHECK without copying the table; reading checks them fully.
// - A foreign key costs a look-up for every row. Those that are left out on hot tables are guarded by construction: the
//   engine has loaded the parent in the same transaction, and nothing but webhook endpoints and used-up work is deleted.
