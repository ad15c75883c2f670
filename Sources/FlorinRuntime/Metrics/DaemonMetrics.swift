import Engine
import HTTPListener
import HTTPSFront
import Instruments
import Observability
import OpenSSLVault
import Ports
import Primitives
import SQLiteDriver
import Synchronization

/// Puts the daemon's numbers onto one page. Everything is read when somebody asks; nothing here is on the way of a
/// payment.
///
/// No label holds anything that a caller chose, and none is made per bot or person: routes, listeners, stages and
/// outcomes are fixed, connections are bounded (``EngineMeter/connectionLimit``), keys are those in use.
struct DaemonMetrics: Sendable {
    let registry = MetricRegistry()
    let engine = EngineMeter()

    /// The page, as bytes of text.
    func page() async -> [UInt8] { await registry.page().bytes }

    func addProcess(version: String, started: Timestamp) {
        registry.add { page in
            page.family("florin_build_info", .gauge, "The version that runs; always 1.") {
                $0.add(MetricLabels(("version", version)), 1)
            }
            page.number("process_start_time_seconds", .gauge, "When the daemon started, since 1970.", started.seconds)
            ProcessFacts.read().write(to: &page)
        }
    }

    func addFront(_ front: FrontResponder, _ limiter: LoadLimiter) {
        registry.add { page in
            page.family(
                "florin_http_request_seconds", .histogram,
                "Time from a request's head to its answer, by route, method and class of status."
            ) { samples in
                for meter in front.meters {
                    for (statusClass, times) in meter.used {
                        let labels = MetricLabels(
                            ("route", meter.route), ("method", meter.method), ("status", statusClass))
                        samples.add(labels, times)
                    }
                }
            }
            page.number(
                "florin_changes_in_flight", .gauge, "Requests that change something and are being worked on.",
                limiter.changesInFlight)
            page.number(
                "florin_requests_shed_total", .counter,
                "Requests that change something and were told to come back (503) because of too much work.",
                limiter.shed)
        }
    }

    /// - Parameter all: listeners of one name (several addresses) share a series.
    func add(_ all: [ListenerService]) {
        let names = Set(all.map(\.name)).sorted()
        @Sendable func sum(_ name: String, _ value: (ListenerService) -> UInt64) -> UInt64 {
            all.reduce(0) { $1.name == name ? $0 + value($1) : $0 }
        }
        registry.add { page in
            func family(
                _ name: StaticString, _ kind: MetricPage.Kind, _ help: StaticString,
                _ value: (ListenerService) -> UInt64
            ) {
                page.family(name, kind, help) { samples in
                    for listener in names {
                        samples.add(MetricLabels(("listener", listener)), sum(listener, value))
                    }
                }
            }
            family("florin_connections_open", .gauge, "Open connections.") { UInt64(clamping: $0.openConnections) }
            family("florin_requests_in_flight", .gauge, "Requests between their head and their answer.") {
                UInt64(clamping: $0.requestsInFlight)
            }
            family("florin_connections_accepted_total", .counter, "Connections that were taken.") {
                $0.meter.accepted.value
            }
            family(
                "florin_connections_refused_total", .counter, "Connections closed at once: at the maximum."
            ) { $0.meter.refused.value }
            family(
                "florin_requests_overloaded_total", .counter,
                "Requests that came when as many were in flight as there may be (503)."
            ) { $0.meter.overloaded.value }
            family(
                "florin_request_heads_late_total", .counter,
                "Connections closed because the head of a request took too long to arrive."
            ) { $0.meter.lateHeads.value }
            page.family("florin_tls_handshakes_total", .counter, "TLS handshakes by result: done, failed, late.") {
                for listener in names {
                    for (result, value) in [
                        ("done", sum(listener) { $0.meter.handshakes.value }),
                        ("failed", sum(listener) { $0.meter.failedHandshakes.value }),
                        ("late", sum(listener) { $0.meter.lateHandshakes.value }),
                    ] {
                        $0.add(MetricLabels(("listener", listener), ("result", result)), value)
                    }
                }
            }
        }
    }

    func add(_ certificate: CertificateBox) {
        registry.add { page in
            page.number(
                "florin_tls_certificate_not_after_seconds", .gauge,
                "When the certificate that new connections get runs out, since 1970.", certificate.notAfterSeconds)
        }
    }

    func addEngine(_ operations: OperationRunner, _ webhooks: WebhookDispatcher) {
        registry.add { [engine] page in
            engine.write(to: &page)
            page.number(
                "florin_processor_waiting", .gauge, "Messages to processors whose answer is awaited right now.",
                operations.awaitingProcessors)
            page.number(
                "florin_webhook_deliveries_underway", .gauge, "Deliveries being tried right now.",
                webhooks.underwayCount)
        }
    }

    func add(_ database: SQLiteDatabase) {
        registry.add { page in
            let statistics = database.statistics
            let histograms = database.histograms
            page.histogram("florin_store_group_size", "Transactions that shared a commit.", histograms.groupSize)
            page.histogram(
                "florin_store_group_seconds", "Time of a group of transactions in the writer, its commit included.",
                histograms.groupTime)
            page.histogram(
                "florin_store_commit_seconds",
                "Time of COMMIT alone: writing the log and its sync. What the disk costs.", histograms.commitTime)
            page.histogram(
                "florin_store_write_wait_seconds", "How long a transaction waited for the writer.",
                histograms.writeWait)
            page.histogram("florin_store_read_seconds", "Time of a read on its thread.", histograms.readTime)
            page.number(
                "florin_store_commits_total", .counter, "Commits that stored something.", statistics.commits)
            page.number(
                "florin_store_transactions_total", .counter, "Transactions in these commits.",
                statistics.committedBodies)
            page.number(
                "florin_store_failed_commits_total", .counter, "Commits that the disk refused.",
                statistics.failedCommits)
            page.number(
                "florin_store_lost_groups_total", .counter,
                "Groups that were lost before their commit; each of their transactions ran again alone.",
                statistics.lostGroups)
            page.number("florin_store_checkpoints_total", .counter, "Checkpoints.", statistics.checkpoints)
            page.number("florin_store_log_pages", .gauge, "Length of the write-ahead log.", statistics.logFrames)
            page.number(
                "florin_store_waiting_writes", .gauge, "Transactions that wait for the writer.",
                statistics.waitingWrites)
            page.number("florin_store_waiting_reads", .gauge, "Reads that wait for a thread.", statistics.waitingReads)
        }
    }
}
