import Engine
import HTTPListener
import HTTPSFront

extension ConfigurationTable {
    static let listen = ConfigurationSection(
        "listen",
        "The HTTPS front. Sockets that systemd passes under the name “https” are used instead of addresses and port.",
        [
            .init(
                "listen.addresses", \.listen.addresses, .list(of: "addresses", count: 1...16, IPAddress.isValid),
                .restart, "IPv4 and IPv6 addresses of this machine; 0.0.0.0 and \"::\" stand for all of them."),
            .init(
                "listen.port", \.listen.port, .integer(1...65_535), .restart, "TCP port, the same for every address."),
            .init(
                "listen.public_url", \.listen.publicURL,
                .text("an https:// URL without a slash at its end, or \"\"") {
                    $0.isEmpty || ($0.hasPrefix("https://") && !$0.hasSuffix("/") && $0.utf8.allSatisfy { $0 > 0x20 })
                }, .restart,
                """
                Where browsers reach this daemon, for links that are given to people; "" for the first address and the port.
                """),
            .init(
                "listen.certificate", \.listen.certificate, .path, .reload,
                "PEM: the server's certificate first, then the intermediates."),
            .secret(
                "listen.certificate_key", \.listen.certificateKey, .reload,
                "PEM: the certificate's private key. A file can be replaced and reloaded, a credential only with a restart."
            ),
            .init(
                "listen.connections", \.listen.limits.connections, .integer(8...1_000_000), .reload,
                "Connections beyond this are closed as soon as they are accepted. Counted for each address."),
            .init(
                "listen.requests_in_flight", \.listen.limits.requestsInFlight, .integer(1...1_000_000), .reload,
                "Requests beyond this are answered 503 with Retry-After. Counted for each address."),
            .init(
                "listen.changes_in_flight", \.listen.changes.inFlight, .integer(1...1_000_000), .restart,
                """
                Of the requests in flight, those that change something; beyond it they get 503 with Retry-After before they \
                are read. Below listen.requests_in_flight, so that reads always find room.
                """),
            .init(
                "listen.changes_at_work", \.listen.changes.atWork, .integer(1...1_000_000), .restart,
                "The same without those that wait for a processor's or a bot's answer: what the machine works on at a time."
            ),
            .init(
                "listen.waiting_writes", \.listen.changes.waitingWrites, .integer(16...1_000_000), .restart,
                "When so many transactions wait for the database's writer, requests that change something get 503."),
            .init(
                "listen.refusal_pause", \.listen.limits.refusalPause, .duration(.zero ... .seconds(5)), .restart,
                """
                How long a refusal for lack of room (503) waits before it is sent, so that those who do not heed Retry-After \
                leave the machine to the work it has taken in. 0s sends it at once.
                """),
            .init(
                "listen.handshake_time", \.listen.limits.handshakeTime, .duration(.seconds(1) ... .seconds(60)),
                .restart,
                "From the accepted connection to the end of the TLS handshake."),
            .init(
                "listen.head_time", \.listen.limits.headTime, .duration(.seconds(1) ... .seconds(60)), .restart,
                "From the first byte of a request to the end of its head (HTTP/1.1)."),
            .init(
                "listen.idle_time", \.listen.limits.idleTime, .duration(.seconds(5) ... .seconds(3_600)), .restart,
                "A connection on which nothing arrives for so long is closed, unless a request is being worked on."),
            .init(
                "listen.body_time", \.listen.limits.bodyTime, .duration(.seconds(1) ... .seconds(300)), .restart,
                "From the head of a request to the end of its body."),
            .init(
                "listen.body_size", \.listen.limits.bodyBytes, .size(65_536...(16 << 20)), .restart,
                "The largest body of a request."),
            .init(
                "listen.header_field_size", \.listen.limits.headerFieldBytes, .size(1_024...65_536), .restart,
                "One header field over HTTP/1.1; HTTP/2 allows 16KiB for all of them."),
            .init(
                "listen.header_list_size", \.listen.limits.headerListBytes, .size(4_096...262_144), .restart,
                "All header fields of a request together."),
            .init(
                "listen.header_field_count", \.listen.limits.headerFieldCount, .integer(16...1_000), .restart,
                "How many header fields a request may have."),
        ],
        check: { configuration, report in
            if configuration.listen.changes.inFlight >= configuration.listen.limits.requestsInFlight {
                report(
                    "listen.changes_in_flight", "must be less than listen.requests_in_flight: reads would find no room")
            }
        })

    static let metrics = ConfigurationSection(
        "metrics",
        """
        The page for Prometheus over plain HTTP, besides the admin socket. It asks nobody who he is; it holds no personal \
        data and no amounts, but shows how much is going on.
        """,
        [
            .init("metrics.port", \.metrics.port, .integer(0...65_535), .restart, "TCP port; 0 serves it nowhere."),
            .init(
                "metrics.address", \.metrics.address, .text("an IP address", IPAddress.isValid), .restart,
                "An address of this machine's loopback."),
            .init(
                "metrics.allow_remote", \.metrics.allowsRemote, .boolean, .restart,
                "Whether metrics.address may be another one: then everybody who reaches it can read the page."),
        ],
        check: { configuration, report in
            let address = configuration.metrics.address
            if !configuration.metrics.allowsRemote, !address.hasPrefix("127."), address != "::1" {
                report(
                    "metrics.address",
                    "is not of this machine's loopback; say metrics.allow_remote: true if that is meant")
            }
            let (listen, everywhere) = (configuration.listen, ["0.0.0.0", "::"])
            let overlaps =
                everywhere.contains(address)
                || listen.addresses.contains { $0 == address || everywhere.contains($0) }
            if configuration.metrics.port != 0, configuration.metrics.port == listen.port, overlaps {
                report("metrics.port", "is listen.port on the same address: two listeners cannot share it")
            }
        })

    static let admin = ConfigurationSection(
        "admin",
        """
        The operators' socket for florinctl. Root and the daemon's own user are always admins; everybody else gets a role \
        by group. A socket that systemd passes under the name “admin” is used instead of the path.
        """,
        [
            .init(
                "admin.socket", \.admin.socket, .path, .restart,
                """
                The socket. Its directory holds nothing else and is made if it is not there; found with another owner, group \
                or mode, it is refused.
                """),
            .init(
                "admin.group", \.admin.group, groupOrNone, .restart,
                """
                The group that may enter the socket's directory (mode 0750); "" for nobody else (mode 0700). Name a group \
                that all of the following are members of.
                """),
            .init(
                "admin.viewer_groups", \.admin.viewerGroups, groups, .restart, "Their members may look at everything."),
            .init(
                "admin.operator_groups", \.admin.operatorGroups, groups, .restart,
                "Their members may also act on single objects."),
            .init(
                "admin.admin_groups", \.admin.adminGroups, groups, .restart,
                "Their members may do everything, keys included."),
        ])

    private static let groups = ValueKind.list(of: "groups of this machine", count: 0...32, SystemGroup.isName)
    private static let groupOrNone = ValueKind.text("a group of this machine, or \"\"") {
        $0.isEmpty || SystemGroup.isName($0)
    }

    static let limits = ConfigurationSection(
        "limits", "How long things may take and how much people may send.",
        [
            .init(
                "limits.transfer_lapse", \.limits.transferLapse, .duration(.seconds(60) ... .seconds(90 * 86_400)),
                .reload,
                "When a friend transfer that nobody accepted goes back. Holds for new transfers."),
            .init(
                "limits.daily_sending", \.limits.dailySendingLimits, .amounts, .reload,
                "The most one person may send in a UTC day, for each currency; a currency that is not named has no limit."
            ),
            .init(
                "limits.single_sending", \.limits.singleSendingLimits, .amounts, .reload,
                "The most one person may send at once; the same form."),
            .init(
                "limits.weekly_sending", \.limits.weeklySendingLimits, .amounts, .reload,
                "The most one person may send in seven days, today included; the same form."),
            .init(
                "limits.payout_hold", \.limits.payoutDestinationHold, .duration(.zero ... .seconds(90 * 86_400)),
                .reload,
                "How long a new external account of a bot waits before it is paid out to. Holds for new ones."),
            .init(
                "limits.payout_wait", \.limits.payoutWait, .duration(.zero ... .seconds(30 * 86_400)), .reload,
                "How long a standard payout waits before it is sent, and can be canceled. Holds for new payouts."),
            .init(
                "limits.bank_transfer_time", \.limits.bankTransferTime, .duration(.zero ... .seconds(30 * 86_400)),
                .reload, "How long a bank transfer takes, as bots are told; nothing depends on it."),
            .init(
                "limits.second_operator", \.limits.secondOperatorAbove, .amounts, .reload,
                "Above this a bank transfer is confirmed by another operator than began it; a currency that is not named has no such amount."
            ),
            .init(
                "limits.operation_validity", \.limits.operationValidity, .duration(.seconds(5) ... .seconds(600)),
                .reload,
                "How long a message to a processor may be executed after it was stored."),
            .init(
                "limits.duplicate_wait", \.limits.duplicateWait, .duration(.zero ... .seconds(60)), .reload,
                "How long a request with a key that is in use waits for the first one's answer."),
            .init(
                "limits.first_lookup", \.limits.lookupBackoff, .duration(.milliseconds(100) ... .seconds(60)), .reload,
                "The first wait before a processor is asked about a message without an answer; doubled each time."),
            .init(
                "limits.longest_lookup", \.limits.lookupBackoffMaximum, .duration(.seconds(1) ... .seconds(86_400)),
                .reload, "The longest of these waits."),
            .init(
                "limits.answer_retention", \.limits.answerRetention,
                .duration(.seconds(30 * 86_400) ... .seconds(400 * 86_400)), .restart,
                "How long the answer to an Idempotency-Key is kept. Callers are promised 30 days."),
        ],
        check: { configuration, report in
            if configuration.limits.lookupBackoff > configuration.limits.lookupBackoffMaximum {
                report("limits.longest_lookup", "must not be shorter than limits.first_lookup")
            }
        })
}
