extension Sentence {
    /// The texts of `chat-cli admin`.
    static let koreanAdmin: [String: String] = [
        "Moderate a server: ban, mute, kick, clear and close, and see what was done.":
            "서버를 관리합니다. 차단, 음소거, 내보내기, 비우기, 닫기를 하고 한 일을 봅니다.",
        """
        It needs the key of the server's admin API, in a file (--admin-key-file) or in CHAT_ADMIN_KEY. What \
        was decided holds on every node within a second.

        Exit status besides the usual ones: 1 nothing of this kind holds, 80 the key is missing, 81 it is wrong.
        """:
            """
        서버 관리 API의 키가 파일(--admin-key-file)이나 CHAT_ADMIN_KEY에 있어야 합니다. 정한 것은 1초 안에 모든 노드에서 \
        지켜집니다.

        그 밖의 종료 상태: 1 해당하는 것이 없음, 80 키가 없음, 81 키가 틀림.
        """,
        "A file with the key of the server's admin API; CHAT_ADMIN_KEY has it otherwise.":
            "서버 관리 API의 키가 든 파일. 없으면 CHAT_ADMIN_KEY를 씁니다.",
        "Why; the person concerned reads it, and so do other moderators.": "이유. 당사자와 다른 관리자가 읽습니다.",
        "The name under which it is recorded. (default: admin)": "기록에 남길 이름. (default: admin)",
        "How long it holds, such as 90s, 10m, 2h, 1d. (default: until it is lifted)":
            "얼마 동안인지. 예: 90s, 10m, 2h, 1d. (default: 풀 때까지)",
        "The id of a user, an address, or a network such as 192.0.2.0/24.":
            "사용자의 id, 주소, 또는 192.0.2.0/24 같은 네트워크.",
        "The sub of a token, in place of a user's id.": "사용자 id 대신 쓰는 토큰의 sub.",
        "The issuer of that token, if it has one.": "그 토큰의 발급자(iss), 있다면.",
        "Only in this room. (default: on the whole server)": "이 대화방에서만. (default: 서버 전체)",
        "who? Give a user's id, an address, or --subject": "누구인지 사용자의 id, 주소, 또는 --subject로 써 주세요",
        "--for is a span of time, such as 90s, 10m, 2h, 1d": "--for에는 90s, 10m, 2h, 1d 같은 시간을 씁니다",
        "an admin command needs a key: --admin-key-file or CHAT_ADMIN_KEY":
            "관리 명령에는 키가 필요합니다: --admin-key-file 또는 CHAT_ADMIN_KEY",
        "the admin key has other characters than printable ASCII": "관리 키에 출력할 수 있는 ASCII가 아닌 문자가 있습니다",
        "Keep somebody out of a room, or off the server.": "대화방이나 서버에 들어오지 못하게 차단합니다.",
        "Do not ban the addresses from which the user is connected.": "사용자가 연결한 주소는 차단하지 않습니다.",
        "Let somebody in again who was banned.": "차단을 풉니다.",
        "Let somebody say nothing, in a room or anywhere.": "대화방에서 또는 모든 곳에서 말하지 못하게 합니다.",
        "Let somebody speak again who was muted.": "다시 말할 수 있게 합니다.",
        "Remove somebody from a room, who may come back.": "대화방에서 내보냅니다. 다시 들어올 수 있습니다.",
        "Let tokens be valid no more.": "토큰을 무효로 만듭니다.",
        "All tokens that were issued until now.": "지금까지 발급된 모든 토큰.",
        "Let tokens be valid again that were revoked.": "무효로 만든 토큰을 다시 유효하게 합니다.",
        "All tokens, of whom and of when they are.": "누구의 것이든 언제 것이든 모든 토큰.",
        "Keep a name, and all that look like it, for one user.": "이름과 그와 비슷해 보이는 이름을 한 사용자만 쓰게 합니다.",
        "Whoever else has it becomes a guest, and cannot take it again.":
            "그 이름을 쓰던 다른 사람은 손님이 되고, 다시 쓸 수 없습니다.",
        "Let anybody take a name again that was reserved.": "그 이름을 다시 누구나 쓸 수 있게 합니다.",
        "The name.": "이름.",
        "The id of the user.": "그 사용자의 id.",
        "for whom? Give a user's id, or --subject": "누구를 위한 것인지 사용자 id나 --subject로 써 주세요",
        "The jti of one token.": "토큰 하나의 jti.",
        "The id of a user whose tokens are meant.": "그 토큰을 가진 사용자의 id.",
        "which tokens? Give --token, --user, --subject or --all":
            "어느 토큰인지 --token, --user, --subject, --all 가운데 하나로 써 주세요",
        "nothing of this kind holds": "해당하는 것이 없습니다",
        "lifted: {ruling}": "풀었습니다: {ruling}",
        "Remove every message of a room, for good.": "대화방의 모든 메시지를 완전히 지웁니다.",
        "Delete a message: its text is gone for everybody.": "메시지를 삭제합니다. 글이 모두에게서 사라집니다.",
        "The number of the message, as `history --json` shows it (seq).":
            "메시지의 번호. `history --json`에 보이는 seq.",
        "the message was deleted": "메시지를 삭제했습니다",
        "{room} is empty now": "{room}{을/를} 비웠습니다",
        "Close a room: everybody leaves, and nobody comes in.": "대화방을 닫습니다. 모두 나가고 아무도 들어오지 못합니다.",
        "Open a room that was closed.": "닫은 대화방을 엽니다.",
        "Let each user say one thing in some seconds; 0 ends it.":
            "사용자마다 몇 초에 한 번만 말할 수 있게 합니다. 0이면 끝냅니다.",
        "The seconds, 0 to 3600.": "초, 0에서 3600까지.",
        "Set the words that a room does not take; without any, it takes all.":
            "대화방의 금지어를 정합니다. 하나도 적지 않으면 금지어가 없어집니다.",
        "The words, all of them.": "금지어 전부.",
        "Print what moderators decided and still holds.": "관리자가 정한 것 가운데 지금 지켜지는 것을 출력합니다.",
        "Print each as one line of JSON.": "하나를 JSON 한 줄로 출력합니다.",
        "Print what moderators did: when, who, what, to whom, why.":
            "관리자가 한 일을 출력합니다: 언제, 누가, 무엇을, 누구에게, 왜.",
        "How many of the newest entries.": "가장 새로운 기록의 수.",
        "Print a user's connections to the node that answers: address, rooms.":
            "응답하는 노드에 있는 사용자의 연결을 출력합니다: 주소, 대화방.",
        "The id of a user.": "사용자의 id.",
        "a user's id has 1 to 64 printable ASCII characters": "사용자 id는 출력할 수 있는 ASCII 문자 1자에서 64자여야 합니다",
        "until {time}": "({time}까지)",
        "{who} is banned from the server": "서버 차단: {who}",
        "{who} is banned from {room}": "{room} 차단: {who}",
        "{who} is muted everywhere": "모든 곳에서 음소거: {who}",
        "{who} is muted in {room}": "{room} 음소거: {who}",
        "{who} was removed from {room}": "{room}에서 내보냄: {who}",
        "{who} are not valid any more": "토큰 무효: {who}",
        "{room} is closed": "{room}{이/가} 닫혀 있습니다",
        "{room}: one thing in {seconds} s from each user": "{room}: 사용자마다 {seconds}초에 한 번",
        "the name {name} belongs to {user}": "{name}{은/는} {user}의 이름",
        "{room} does not take {count} words": "{room}: 금지어 {count}개",
        "the admin API needs its key, as Authorization: Bearer": "관리 API의 키가 없거나 틀립니다",
        "too many wrong keys came from this address": "이 주소에서 틀린 키가 너무 많이 왔습니다",
    ]
}
