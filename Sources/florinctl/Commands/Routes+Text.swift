import AdminContract

extension Route {
    static func facts(_ table: RoutingTableView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("platform", "\(table.platform), \(table.mode)")
        if table.version == 0 {
            facts.add("version", "none: the platform's connections are used in the order they were added", .warning)
        } else {
            facts.add("version", "\(table.version)" + (table.isInForce ? ", in force" : ", not in force"))
            facts.add("set", "\(table.created ?? "-") by \(table.author ?? "-")")
            facts.add("reason", table.reason)
        }
        for warning in table.warnings { facts.add("warning", warning, .warning) }
        let rules = table.rules.isEmpty ? "" : "\n" + table.rules.trimmingNewlines + "\n"
        return facts.text(style) + rules + "\n" + connections(table.connections, style)
    }

    static func connections(_ connections: [RoutingConnectionView], _ style: Style) -> String {
        var table = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .text("ACCOUNT"), .text("STATE"), .text("BREAKER"),
            .number("SCORE"), .number("AVERAGE"), none: "The platform has no connections of this mode.")
        for one in connections {
            let isClosed = one.breaker == "closed"
            table.rows.append([
                Cell(one.connection), Cell(one.processor), Cell(one.account), Cell(state: one.state),
                Cell(one.openUntil.map { "\(one.breaker) until \($0)" } ?? one.breaker, isClosed ? .plain : .warning),
                Cell(String(one.score)), Cell("\(one.averageMilliseconds) ms"),
            ])
        }
        return table.text(style)
    }

    static func facts(_ check: RoutingCheckView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("rules", "\(check.rules), sound")
        facts.add("would be", "version \(check.version) of \(check.platform), \(check.mode)")
        for warning in check.warnings { facts.add("warning", warning, .warning) }
        var text = facts.text(style)
        if let replay = check.replay { text += "\n" + replayed(replay, style) }
        if let answer = check.answer { text += "\n" + Route.text(answer, style) }
        return text
    }

    private static func replayed(_ replay: RoutingReplayView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("charges", "\(replay.examined) looked at, \(replay.moved) would have gone elsewhere")
        if replay.nowhere > 0 { facts.add("refused", "\(replay.nowhere) would have gone nowhere", .warning) }
        if replay.withoutIssuer > 0 {
            facts.add(
                "no issuer",
                "of \(replay.withoutIssuer) the card's first digits are not known: no 'bin' and no 'issuer_country' was met",
                .warning)
        }
        if replay.own > 0 { facts.add("own", "\(replay.own) more went to bots' own connections") }
        var shares = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .number("WENT THERE"), .number("WOULD GO"), none: "No charges.")
        for share in replay.connections {
            shares.rows.append([
                Cell(share.connection), Cell(share.processor), Cell(String(share.before)), Cell(String(share.after)),
            ])
        }
        var rules = Table(.text("RULE"), .number("CHARGES"), none: "No rule would have applied.")
        for rule in replay.rules { rules.rows.append([Cell(rule.rule), Cell(String(rule.charges))]) }
        return facts.text(style) + "\n" + shares.text(style) + "\n" + rules.text(style)
    }

    static func table(_ versions: [RoutingVersionView], _ style: Style) -> String {
        var table = Table(
            .number("VERSION"), .text("SET"), .text("BY"), .text("REASON"), none: "No routing table was ever set.")
        for one in versions {
            table.rows.append([
                Cell(String(one.version)), Cell(one.created), Cell("\(one.author) (\(one.authorUid))"),
                Cell(one.reason),
            ])
        }
        return table.text(style)
    }

    static func text(_ answer: RoutingAnswerView, _ style: Style) -> String {
        var text = ""
        for rule in answer.considered.suffix(20) {
            let verdict = rule.unmet.map { "\($0) does not fit" } ?? "applies"
            text += style.paint("line \(rule.line), \(rule.rule.harmless): ", .dim) + verdict + "\n"
        }
        if answer.considered.count > 20 {
            text = style.paint("\(answer.considered.count - 20) earlier rules do not fit\n", .dim) + text
        }
        var facts = Facts()
        facts.add("decided by", basis(answer))
        facts.add(
            "goes to", answer.chosen ?? "nowhere: the charge would be refused", answer.chosen == nil ? .bad : .good)
        return text + facts.text(style) + candidates(answer, style)
    }

    private static func basis(_ answer: RoutingAnswerView) -> String {
        switch answer.basis {
        case "rule": "rule '\(answer.rule ?? "")' of version \(answer.version)"
        case "own_account": "the bot's own connection"
        case "order": "no rule: the platform's connections in the order they were added"
        case "authentication": "the cardholder was authenticated there"
        case "restored": "it had been carried out there before the book was restored"
        default: answer.basis
        }
    }

    private static func candidates(_ answer: RoutingAnswerView, _ style: Style) -> String {
        var table = Table(
            .number("PLACE"), .text("CONNECTION"), .text("PROCESSOR"), .number("SHARE"), .text("STANDING"),
            none: "There is no connection to choose from.")
        for one in answer.candidates {
            table.rows.append([
                Cell(one.place.map { String($0) }), Cell(one.connection), Cell(one.processor),
                Cell(one.share.map { $0 == 0 ? "fallback" : String($0) }),
                Cell(standing(one), one.standing == "healthy" ? .plain : .warning),
            ])
        }
        return table.text(style)
    }

    private static func standing(_ candidate: RoutingCandidateView) -> String {
        switch candidate.standing {
        case "breaker_open": "left alone until \(candidate.openUntil ?? "-"): it did not answer"
        case "disabled": "switched off"
        case "unavailable": "no live connection of this mode and owner"
        case "incapable": "its processor does not do this"
        case "tried": "tried before in this confirmation"
        case "probe": "tried to find out whether it works again"
        case "last_resort": "does not answer, like all the others"
        default: candidate.standing
        }
    }

    static func text(_ explanation: RoutingExplanationView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("payment", explanation.payment)
        facts.add(state: explanation.state)
        var text = facts.text(style)
        if explanation.attempts.isEmpty { text += "No attempt was made.\n" }
        for (index, attempt) in explanation.attempts.enumerated() {
            var facts = Facts()
            facts.add("attempt \(index + 1)", "\(attempt.charge), \(attempt.created)")
            facts.add("connection", attempt.connection + (attempt.processor.map { ", \($0)" } ?? ""))
            facts.add("came to", attempt.state + (attempt.reason.map { ", \($0)" } ?? ""))
            if let decision = attempt.decision {
                facts.add("decided by", basis(decision))
            } else {
                facts.add("decided by", "nothing to choose: one connection could take it")
            }
            facts.add("no other", attempt.stop.map(stop))
            text += "\n" + facts.text(style) + (attempt.decision.map { candidates($0, style) } ?? "")
        }
        return text
    }

    private static func stop(_ stop: String) -> String {
        switch stop {
        case "outcome": "its outcome is not one after which another processor may be asked"
        case "cancelled": "the payment was cancelled meanwhile"
        case "authenticated": "the cardholder was authenticated there, and nobody else knows of it"
        case "security_code_used": "the card's security code was used up; it has to be asked for again"
        case "attempts": "as many attempts as one confirmation, or the schemes, allow"
        case "no_candidate": "no other connection could take it"
        default: stop
        }
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
