internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

// MARK: - The past

extension JoinSession {
    /// How many messages of the past a search reads, and how many of those that it finds it shows.
    private static let searched = 1000
    private static let shown = 20

    func recall(_ argument: String) {
        guard let count = argument.isEmpty ? 20 : Int(argument), count > 0 else {
            return self.warn(Phrase.badNumber(["command": "history"]))
        }
        let room = self.current
        self.later {
            do throws(ClientError) {
                let page = try await self.client.history(room, limit: count)
                await self.draw(page.messages)
            } catch {
                await self.warn(Words.of(error))
            }
        }
    }

    private func draw(_ messages: [Message]) { self.draw(messages.flatMap { self.lines(of: $0) }) }

    /// Shows what is unread in the current room, from the mark on, page after page from the newest back.
    func recallUnread() {
        let room = self.current
        guard let mark = self.marks.mark(room) else {
            return self.warn(Phrase.unreadUnknown(["room": room.rawValue]))
        }
        self.later { await self.recallUnread(in: room, after: mark) }
    }

    private func recallUnread(in room: RoomName, after mark: LogPosition) async {
        var found: [Message] = []
        var before: Int?
        do throws(ClientError) {
            while found.count < Self.searched {
                let page = try await self.client.history(room, before: before)
                let unread = page.messages.filter { message in
                    message.position.map { $0.epoch != mark.epoch || $0.isBehind(mark) } ?? false
                }
                found = unread + found
                guard unread.count == page.messages.count, page.hasOlder, let first = page.messages.first?.position
                else { break }
                before = first.seq
            }
        } catch {
            return self.warn(Words.of(error))
        }
        let lines = found.filter { !self.ignored.contains($0.sender) }.flatMap { self.lines(of: $0) }
        let summary = (lines.isEmpty ? Phrase.nothingUnread : .unreadSummary)([
            "room": room.rawValue, "count": "\(found.count)",
        ])
        self.draw([self.formatter.notice(summary)] + lines)
    }

    /// Finds a text in a room's past, page after page from the newest back.
    func search(_ text: String, in room: RoomName) async {
        var found: [Message] = []
        var before: Int?
        var looked = 0
        do throws(ClientError) {
            while looked < Self.searched, found.count < Self.shown {
                let page = try await self.client.history(room, before: before)
                looked += page.messages.count
                let hits = page.messages.filter {
                    $0.text.lowercased().contains(text.lowercased()) && !self.ignored.contains($0.sender)
                }
                found = hits.suffix(Self.shown - found.count) + found
                guard page.hasOlder, let first = page.messages.first?.position else { break }
                before = first.seq
            }
        } catch {
            return self.warn(Words.of(error))
        }
        let summary = (found.isEmpty ? Phrase.noSuchMatch : .found)([
            "room": room.rawValue, "text": text, "count": "\(found.count)",
        ])
        let lines = found.flatMap { message in
            let day = self.formatter.palette.faint(LocalTime(milliseconds: message.time).day)
            return self.lines(of: message).enumerated().map {
                $0.offset == 0 ? day + " " + $0.element : $0.element
            }
        }
        self.draw([self.formatter.notice(summary)] + lines)
    }
}

// MARK: - Answers

extension JoinSession {
    func reply(_ argument: String) async {
        let messages = self.recent[self.current] ?? []
        guard let (message, text) = Answer.parse(argument, messages, user: self.user?.id) else {
            guard !messages.isEmpty else { return self.warn(Phrase.replyNothing(["room": self.current.rawValue])) }
            let listed = messages.suffix(Answer.listed)
            let lines = zip((1...listed.count).reversed(), listed).map { number, message in
                "^\(number) \(CellWidth.prefix(of: "\(message.sender.name): \(message.text)".sanitizedLine, 60))"
            }
            return self.draw(([Phrase.replyWants()] + lines).map(self.formatter.notice))
        }
        await self.say(Answer.text(text, to: message), .text)
    }
}
