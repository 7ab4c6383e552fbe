extension Sentence {
    /// The sentences in Korean, by their English.
    package static let korean: [String: String] =
        [
            Self.koreanCommandLine, Self.koreanHelp, Self.koreanServer, Self.koreanConnection, Self.koreanSystem,
            Self.koreanReports, Self.koreanAdmin,
        ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// Command lines, settings and files.
    private static let koreanCommandLine: [String: String] = [
        "{option} is above 0 seconds, at most {maximum}": "{option}{은/는} 0초보다 길고 {maximum}초 이하여야 합니다",
        "{option} is from {low} to {high}": "{option}{은/는} {low}에서 {high} 사이여야 합니다",
        "{option} is above {bound}": "{option}{은/는} {bound}보다 커야 합니다",
        "{option} goes without {other}": "{option}{은/는} {other}{과/와} 함께 쓸 수 없습니다",
        "--history is not below 0": "--history는 0 이상이어야 합니다",
        "which room?": "어느 대화방인지 써 주세요",
        "--since is a span of time, such as 90s, 10m, 2h, 1d": "--since에는 90s, 10m, 2h, 1d 같은 시간을 씁니다",
        "--whole goes without a text": "--whole은 글과 함께 쓸 수 없습니다",
        "--rate is above 0, at most 1000": "--rate는 0보다 크고 1000 이하여야 합니다",
        "--rooms is from 1 to --clients": "--rooms는 1에서 --clients 사이여야 합니다",
        "--senders is from 0 to the clients of a room": "--senders는 0에서 한 방의 클라이언트 수 사이여야 합니다",
        "--rate (open loop) or --window (closed loop), not both": "--rate(개방 루프)와 --window(폐쇄 루프) 가운데 하나만 씁니다",
        "--rate is from 0.001 to 10000000": "--rate는 0.001에서 10000000 사이여야 합니다",
        "--warmup is not below 0 seconds, at most {maximum}": "--warmup은 0초 이상 {maximum}초 이하여야 합니다",
        "{count} connections need more open files than the {limit} allowed here (ulimit -Hn)":
            "연결 {count}개를 맺으려면 여기서 열 수 있는 파일 {limit}개로는 모자랍니다 (ulimit -Hn)",
        "{file}: the server {name} has no url": "{file}: 서버 {name}에 url이 없습니다",
        "{key}: \"{value}\" is neither true nor false": "{key}: \"{value}\"{은/는} true도 false도 아닙니다",
        "{key}: \"{value}\" is none of {known}": "{key}: \"{value}\"{은/는} {known} 가운데 하나가 아닙니다",
        "{key} is {type}; it wants {wanted}": "{key}의 값이 {type}입니다. {wanted}{이어야/여야} 합니다",
        "a number": "숫자", "a truth value": "불리언 값", "a text": "문자열", "a list": "배열", "an object": "객체", "null": "null",
        "a text, in quotes": "따옴표로 감싼 문자열", "true or false": "true나 false",
        "a folder in quotes, or false": "따옴표로 감싼 폴더나 false",
        "{path} cannot be read": "{path}{을/를} 읽을 수 없습니다",
        "{path}: another process uses it": "{path}: 다른 프로세스가 쓰고 있습니다",
        "{path} is a pipe": "{path}{은/는} 파이프입니다",
        "{path} is a link of another user": "{path}{은/는} 다른 사용자가 만든 링크입니다",
        "this is no state of chat-cli tail": "chat-cli tail의 상태 파일이 아닙니다",
        "this is no JSON object": "JSON 객체가 아닙니다",
        "this is no JSON: {reason}": "JSON이 아닙니다: {reason}",
        "\"{name}\" is there twice": "\"{name}\"{이/가} 두 번 나옵니다",
        "{key} is a number that means nothing there": "{key}에 쓸 수 없는 숫자입니다",
        "servers is an object with a name for each": "servers는 서버 이름을 키로 하는 객체여야 합니다",
        "servers.{name} is an object": "servers.{name}{은/는} 객체여야 합니다",
        "there is no setting \"{name}\" (there are: {known})": "\"{name}\"{이라는/라는} 설정은 없습니다 (있는 것: {known})",
        "there is no setting \"{name}\"; a token is in a file or comes from a command (there are: {known})":
            "\"{name}\"{이라는/라는} 설정은 없습니다. 토큰은 파일에 두거나 명령에서 받습니다 (있는 것: {known})",
        "token-command cannot be run": "token-command를 실행할 수 없습니다",
        "token-command failed": "token-command가 실패했습니다",
        "a token wants --key, or --new-key makes one": "토큰에는 --key가 필요합니다. --new-key가 키를 만듭니다",
        "a token wants --sub": "토큰에는 --sub가 필요합니다",
        "--expires is a span of time, such as 90s, 10m, 2h, 1d": "--expires에는 90s, 10m, 2h, 1d 같은 시간을 씁니다",
        "--room is a pattern, = and rights with commas between": "--room에는 패턴과 =, 쉼표로 나눈 권한을 씁니다",
        "the rights are live, history, presence, read, write, moderate":
            "권한은 live, history, presence, read, write, moderate입니다",
        "the token is empty": "토큰이 비어 있습니다",
        "token-command prints more than a token": "token-command가 토큰 말고 다른 것도 출력합니다",
        "token-command took too long": "token-command가 너무 오래 걸렸습니다",
        "every user of this machine can read {path}": "이 컴퓨터의 모든 사용자가 {path}{을/를} 읽을 수 있습니다",
        "--format: a {brace} has no closing one": "--format: {brace}에 닫는 짝이 없습니다",
        "--format: there is no field \"{name}\" (there are: {known})":
            "--format: \"{name}\"{이라는/라는} 항목은 없습니다 (있는 것: {known})",
        "--format: a closing brace has no opening one; a brace itself is }}":
            "--format: 닫는 중괄호에 짝이 없습니다. 중괄호 자체는 }}로 씁니다",
        "--format: there is no {escape}": "--format: {escape}{은/는} 없습니다",
        "--format: a \\ stands at the end; a backslash itself is \\\\":
            "--format: \\가 끝에 있습니다. 백슬래시 자체는 \\\\로 씁니다",
    ]

    /// Sentences of the server, by their English text, or by the code where that is not known.
    private static let koreanServer: [String: String] = [
        "the server refused ({code})": "서버가 거절했습니다 ({code})",
        "bad_json": "서버가 보낸 것을 읽지 못했습니다", "bad_command": "서버가 명령을 받아들이지 않았습니다",
        "unknown_type": "서버가 모르는 명령입니다", "room_invalid": "쓸 수 없는 대화방 이름입니다",
        "name_invalid": "쓸 수 없는 이름입니다", "name_reserved": "다른 사람의 이름이거나 그와 비슷해 보이는 이름입니다",
        "text_empty": "보이는 글이 없습니다", "text_too_long": "글이 너무 깁니다",
        "not_joined": "먼저 그 대화방에 들어가야 합니다", "too_many_rooms": "들어가 있는 대화방이 너무 많습니다",
        "rate_limited": "너무 빠릅니다. 잠시 뒤 다시 해 주세요", "unauthorized": "올바른 토큰이 필요합니다",
        "muted": "말할 수 없게 되었습니다", "kicked": "관리자가 내보냈습니다", "banned": "차단되었습니다",
        "room_closed": "닫힌 대화방입니다", "text_refused": "여기서 쓸 수 없는 말이 있습니다",
        "you are muted": "지금은 이 방에서 말할 수 없습니다", "you are muted until {time}": "{time}까지 이 방에서 말할 수 없습니다",
        "a moderator removed you": "관리자가 내보냈습니다", "you are banned": "이 방에서 차단되었습니다",
        "you are banned until {time}": "{time}까지 들어올 수 없습니다", "the room is closed": "닫힌 대화방입니다",
        "the text has a word that is not allowed here": "여기서 쓸 수 없는 말이 있습니다",
        "{limit}; again in {seconds} s": "{limit}. {seconds}초 뒤에 다시 할 수 있습니다",
        "the token has expired; a fresh one is needed": "토큰이 만료되었습니다. 새 토큰이 필요합니다",
        "the server does not accept this token": "서버가 이 토큰을 받아들이지 않습니다",
        "the server demands a token: CHAT_TOKEN, --token-file or --token-command":
            "서버가 토큰을 요구합니다: CHAT_TOKEN, --token-file, --token-command",
        "a moderator removed you from the server": "관리자가 서버에서 내보냈습니다",
        "there is no token": "토큰이 없습니다", "no token came in time": "제시간에 토큰을 받지 못했습니다",
        "a token has {0} to {1} visible ASCII characters": "토큰은 보이는 ASCII 문자 {0}~{1}자여야 합니다",
        "forbidden": "허용되지 않은 일입니다", "unavailable": "서버가 지금은 할 수 없습니다. 잠시 뒤 다시 해 주세요",
        "internal": "서버에 오류가 났습니다", "not_found": "그런 것이 없습니다",
        "a message has a text that can be seen": "메시지에는 보이는 글이 있어야 합니다",
        "a text has at most {0} bytes": "글은 {0}바이트까지입니다",
        "a room name must not be empty": "대화방 이름이 비어 있습니다",
        "a room name has at most {0} characters and {1} bytes": "대화방 이름은 {0}자, {1}바이트까지입니다",
        "a room name begins with a letter, a digit or _": "대화방 이름은 글자, 숫자나 _로 시작해야 합니다",
        "a room name has letters, digits, -, _ and . only": "대화방 이름에는 글자, 숫자, -, _, .만 쓸 수 있습니다",
        "a name must not be empty": "이름이 비어 있습니다",
        "a name has at most {0} characters and {1} bytes": "이름은 {0}자, {1}바이트까지입니다",
        "a name has no control, line-breaking or direction-changing characters":
            "이름에는 제어 문자, 줄바꿈, 방향을 바꾸는 문자를 쓸 수 없습니다",
        "a connection is in at most {0} rooms": "한 연결은 대화방 {0}개까지 들어갈 수 있습니다",
        "a connection gives at most {0} commands a second": "한 연결은 1초에 명령을 {0}개까지 보낼 수 있습니다",
        "at most {0} commands wait for a room to be joined": "대화방에 들어가는 동안 명령은 {0}개까지 기다립니다",
        "a user sends at most {0} messages a second": "한 사람은 1초에 메시지를 {0}개까지 보낼 수 있습니다",
        "at most {0} connections from one address": "한 주소에서는 연결이 {0}개까지입니다",
        "the server holds as many rooms as it may": "서버에 대화방이 더 들어갈 자리가 없습니다",
        "pages of this origin may not connect here": "이 출처의 페이지는 여기에 연결할 수 없습니다",
        "Redis is out of reach": "Redis에 연결할 수 없습니다", "Redis did not answer in time": "Redis가 제시간에 응답하지 않았습니다",
        "too many requests wait for Redis": "Redis를 기다리는 요청이 너무 많습니다",
        "too many requests wait for the Redis servers": "Redis 서버를 기다리는 요청이 너무 많습니다",
        "this room has moved to another Redis server": "이 대화방은 다른 Redis 서버로 옮겨 갔습니다",
        "this room has moved to a Redis server that this node does not know":
            "이 대화방은 이 노드가 모르는 Redis 서버로 옮겨 갔습니다",
        "this room moves to another Redis server, and not all of them have been told":
            "이 대화방은 다른 Redis 서버로 옮기는 중이며, 아직 모든 서버에 알리지 못했습니다",
        "this Redis server has not been told yet which rooms it has": "이 Redis 서버는 어떤 대화방을 맡는지 아직 모릅니다",
        "the Redis servers have not been asked yet which rooms they have":
            "어떤 대화방을 맡는지 Redis 서버에 아직 묻지 못했습니다",
        "the connection to Redis was lost before it answered": "답이 오기 전에 Redis와 연결이 끊어졌습니다",
        "Redis forgot a script while it was used; send it again": "Redis가 쓰던 스크립트를 잊었습니다. 다시 보내 주세요",
        "Redis gave an unexpected answer": "Redis가 뜻밖의 답을 했습니다",
        "stored, but {0} of {1} replicas have confirmed it; send it again with the same key":
            "저장했지만 복제본 {1}개 가운데 {0}개만 확인했습니다. 같은 키로 다시 보내 주세요",
        "the room's log begins anew, try again": "대화방 기록이 새로 시작됩니다. 다시 해 주세요",
    ]

    /// The ends of connections, and the texts of the client library.
    private static let koreanConnection: [String: String] = [
        "the head of the answer is too long": "HTTP 응답 헤더가 너무 깁니다",
        "the server closed the connection: {reason}": "서버가 연결을 닫았습니다: {reason}",
        "the server refused the connection: {reason}": "서버가 연결을 거절했습니다: {reason}",
        "close code {code}": "닫기 코드 {code}", "protocol error": "프로토콜 오류", "text messages only": "텍스트 메시지만 받습니다",
        "not UTF-{0}": "UTF-{0}이 아닙니다", "message too big": "메시지가 너무 큽니다",
        "the node is draining": "노드가 곧 멈춥니다", "over capacity, try again later": "자리가 없습니다. 나중에 다시 해 주세요",
        "slow consumer": "너무 느리게 읽습니다", "no pong": "핑에 답이 없습니다", "too many errors": "오류가 너무 많습니다",
        "there is no such host": "그런 호스트가 없습니다", "cannot connect": "연결할 수 없습니다",
        "the connection timed out": "연결 시간이 초과되었습니다", "the connection broke": "연결이 끊어졌습니다",
        "the connection was lost": "연결이 끊겼습니다", "the encrypted connection failed": "암호화된 연결에 실패했습니다",
        "the server refused the connection": "서버가 연결을 거절했습니다",
        "HTTP status {status}": "HTTP 상태 {status}", "there is no chat at this address": "이 주소에는 채팅이 없습니다",
        "reserved bits are set": "예약된 비트가 켜져 있습니다", "unknown opcode": "알 수 없는 opcode입니다",
        "reserved bits or an unknown opcode": "예약된 비트가 켜져 있거나 알 수 없는 opcode입니다",
        "a frame was masked": "마스킹된 프레임입니다", "a message in fragments": "나뉜 메시지입니다",
        "a control frame is short": "제어 프레임이 너무 깁니다",
        "a control frame is whole and short": "제어 프레임이 나뉘었거나 너무 깁니다",
        "no such close code": "없는 닫기 코드입니다", "a message has at most {0} bytes": "메시지는 {0}바이트까지입니다",
        "a length is written in the shortest way, and below {0}^{1}": "길이가 가장 짧게 쓰이지 않았거나 {0}^{1} 이상입니다",
        "the certificate is of another host": "다른 호스트의 인증서입니다",
        "the certificate is not trusted": "믿을 수 없는 인증서입니다",
        "the server speaks no TLS there": "서버가 그 주소에서 TLS를 지원하지 않습니다",
        "this is no chat.v{0} server": "chat.v{0} 서버가 아닙니다",
        "the server did not answer in time": "서버가 제시간에 응답하지 않았습니다",
        "the server does not answer": "서버가 응답하지 않습니다",
        "the server did not say welcome in time": "서버가 제시간에 welcome을 보내지 않았습니다",
        "the server closed the connection before its answer": "서버가 답하기 전에 연결을 닫았습니다",
        "the server's answer was not understood": "서버의 응답을 이해하지 못했습니다",
        "the server's answer is too large": "서버의 응답이 너무 큽니다",
        "the server answered with status {0}": "서버가 상태 {0}{으로/로} 응답했습니다",
        "the client was closed": "클라이언트가 닫혔습니다", "cancelled": "취소되었습니다",
        "{0} commands wait already": "명령 {0}개가 이미 기다리고 있습니다", "a client runs once": "클라이언트는 한 번만 실행됩니다",
        "another program uses the outbox": "다른 프로그램이 보낼 편지함을 쓰고 있습니다", "the outbox": "보낼 편지함",
        "{0} lines are kept already": "{0}줄이 이미 남아 있습니다", "it is larger than {0} MiB": "{0} MiB보다 큽니다",
        "the certificate authorities cannot be read": "인증 기관 파일을 읽을 수 없습니다",
        "a server's address begins with ws://, wss://, http:// or https://":
            "서버 주소는 ws://, wss://, http://, https:// 가운데 하나로 시작해야 합니다",
        "the path of a server's address has ASCII characters only": "서버 주소의 경로에는 ASCII 문자만 쓸 수 있습니다",
        "a server's address has no user and no password": "서버 주소에는 사용자와 비밀번호를 쓰지 않습니다",
        "a server's address has a host": "서버 주소에 호스트가 있어야 합니다",
        "a port is a number from {0} to {1}": "포트는 {0}에서 {1} 사이의 수여야 합니다",
    ]

    /// The texts of the system (`strerror`).
    private static let koreanSystem: [String: String] = [
        "Connection refused": "연결이 거부되었습니다", "Connection reset by peer": "상대가 연결을 끊었습니다",
        "Connection timed out": "연결 시간이 초과되었습니다", "No route to host": "호스트로 가는 길이 없습니다",
        "Network is unreachable": "네트워크에 연결할 수 없습니다", "Broken pipe": "읽는 쪽이 없습니다",
        "No such file or directory": "그런 파일이나 폴더가 없습니다", "Permission denied": "권한이 없습니다",
        "Not a directory": "폴더가 아닙니다", "Is a directory": "폴더입니다",
        "No space left on device": "장치에 남은 공간이 없습니다", "Disk quota exceeded": "디스크 할당량을 넘었습니다",
        "Read-only file system": "읽기 전용 파일 시스템입니다", "Input/output error": "입출력 오류",
        "Bad file descriptor": "열려 있지 않습니다", "File too large": "파일이 너무 큽니다",
        "Too many open files": "열린 파일이 너무 많습니다", "Too many levels of symbolic links": "심볼릭 링크가 너무 많이 이어집니다",
        "Operation not permitted": "허용되지 않은 동작입니다", "File name too long": "파일 이름이 너무 깁니다",
        "Address not available": "쓸 수 없는 주소입니다", "Cannot assign requested address": "쓸 수 없는 주소입니다",
    ]

    /// The reports of `verify` and `bench`.
    private static let koreanReports: [String: String] = [
        "talking": "대화", "settling": "마무리",
        "{phase} {seconds} s: {sent} sent, {acknowledged} acknowledged, {received} received":
            "{phase} {seconds}초: 보냄 {sent}, 확인 {acknowledged}, 받음 {received}",
        "{clients} clients, {rooms} rooms, {servers} servers, seed {seed}":
            "클라이언트 {clients}개, 대화방 {rooms}개, 서버 {servers}개, 시드 {seed}",
        "{sent} sent, {acknowledged} acknowledged, {received} received ({replayed} replayed), {connections} connections, "
            + "{joins} joins, {gaps} gaps, {resets} resets":
            "보냄 {sent}, 확인 {acknowledged}, 받음 {received} (다시 받음 {replayed}), 연결 {connections}, 입장 {joins}, "
            + "빈틈 {gaps}, 초기화 {resets}",
        "(the server gives one)": "(서버가 정함)", "(the system's)": "(시스템의 것)", "(none)": "(없음)",
        "default": "기본값", "the command line": "명령줄",
        "(not shown)": "(보이지 않음)", "(no url)": "(url 없음)", "{path}, server {server}": "{path}, 서버 {server}",
        "Missing expected argument {0}": "빠진 인자가 있습니다: {0}", "Unknown option {0}": "{0}{이라는/라는} 옵션은 없습니다",
        "Unknown option {0}. Did you mean {1}?": "{0}{이라는/라는} 옵션은 없습니다. 혹시 {1}입니까?",
        "Missing value for {0}": "{0}에 값이 없습니다", "Unexpected argument {0}": "알 수 없는 인자가 있습니다: {0}",
        "{0} unexpected arguments: {1}": "알 수 없는 인자가 {0}개 있습니다: {1}",
        "the command line is not understood": "명령줄을 이해하지 못했습니다",
        "The value {0} is invalid for {1}": "{1}에 {0}{은/는} 쓸 수 없습니다",
        "The value {0} is invalid for {1}. Please provide one of {2}.": "{1}에 {0}{은/는} 쓸 수 없습니다. 쓸 수 있는 것: {2}",
        "The option {0} does not take any value, but {1} was specified.": "{0}에는 값을 쓰지 않는데 {1}{이/가} 있습니다",
        "no violation": "위반이 없습니다", "1 violation:": "위반 1건:", "{count} violations:": "위반 {count}건:",
        "{count} violations; the first {shown}:": "위반 {count}건 가운데 처음 {shown}건:",
        "client {value}": "클라이언트 {value}", "room {value}": "대화방 {value}", "epoch {value}": "에폭 {value}",
        "seq {value}": "번호 {value}",
        "the join announced messages up to {head}, the last that came is {last}":
            "입장할 때 {head}번까지 있다고 했지만 마지막으로 온 것은 {last}번입니다",
        "{count} messages announced, the log has {head}": "메시지 {count}개를 알렸지만 기록에는 {head}번까지 있습니다",
        "the client asks for what follows {after}, but has only {last}":
            "클라이언트가 {after}번 다음을 요청했지만 {last}번까지만 받았습니다",
        "recovered: true for a client that asked for epoch {epoch}": "에폭 {epoch}{을/를} 요청한 클라이언트에 recovered: true",
        "{count} messages announced to a client that has {after}":
            "{after}번까지 받은 클라이언트에 메시지 {count}개를 알렸습니다",
        "{message} came again, the client had {last}": "{message}{이/가} 다시 왔습니다. 클라이언트는 {last}번까지 받았습니다",
        "{message} came late, after {last}": "{message}{이/가} {last}번보다 늦게 왔습니다",
        "{what} follows {last} of epoch {epoch}": "{what}{이/가} 에폭 {epoch}의 {last}번 다음에 왔습니다",
        "gap {first}…{end} for a client that has {last}": "{last}번까지 받은 클라이언트에 빈틈 {first}…{end}",
        "a reset to the epoch that the client is in": "클라이언트가 있는 에폭으로 초기화",
        "the client was never told that what it has at {last} was lost":
            "클라이언트가 가진 {last}번이 사라졌다는 것을 알리지 않았습니다",
        "{missing} missing without a gap before {next}": "{next} 앞에 빈틈 알림 없이 {missing}번이 없습니다",
        "{what} came to a client that has not joined on this connection":
            "이 연결에서 들어가지 않은 클라이언트에 {what}{이/가} 왔습니다",
        "something came that is no event": "이벤트가 아닌 것이 왔습니다",
        "client {client} ended in epoch {epoch}": "클라이언트 {client}{은/는} 에폭 {epoch}에서 끝났습니다",
        "did not come back in time: {reason}": "제시간에 돌아오지 못했습니다: {reason}",
        "did not get back into {room} in time": "제시간에 {room}에 다시 들어가지 못했습니다",
        "the receipt of {key} comes after that of {last}": "{key}의 확인이 {last}번의 확인보다 늦습니다",
        "{key} was acknowledged here, and {other} to client {client}":
            "여기에 {key}{이/가} 확인되었고 클라이언트 {client}에는 {other}{이/가} 확인되었습니다",
        "got {message}, client {client} got {other}": "{message}{을/를} 받았고 클라이언트 {client}{은/는} {other}{을/를} 받았습니다",
        "{key} stands at {seq} as well": "{key}{이/가} {seq}번에도 있습니다",
        "{key} was acknowledged here, delivered was {message}": "여기에 {key}{이/가} 확인되었지만 {message}{이/가} 전달되었습니다",
        "{key} was sent as \"{text}\" and delivered as \"{other}\"":
            "{key}{을/를} \"{text}\"{으로/로} 보냈지만 \"{other}\"{으로/로} 전달되었습니다",
        "{key}, acknowledged to client {client}, never came; the last that did is {last}":
            "클라이언트 {client}에 확인된 {key}{이/가} 오지 않았습니다. 마지막으로 온 것은 {last}번입니다",
        "a message that others got never came; the last that did is {last}":
            "다른 클라이언트가 받은 메시지가 오지 않았습니다. 마지막으로 온 것은 {last}번입니다",

        "{clients} in {rooms}": "{rooms}에 {clients}", "{count} client": "클라이언트 {count}개",
        "{count} clients": "클라이언트 {count}개", "{count} room": "대화방 {count}개", "{count} rooms": "대화방 {count}개",
        "{count} sender": "보내는 쪽 {count}개", "{count} senders": "보내는 쪽 {count}개", "nobody sends": "아무도 보내지 않음",
        "{rate} messages/s in all": "모두 {rate} 메시지/초", "{window} under way for each sender": "보내는 쪽마다 {window}개 진행",
        "{senders} in each": "방마다 {senders}", "{size} bytes": "{size}바이트",
        "{summary}, {seconds} s": "{summary}, {seconds}초",
        "{summary}, {seconds} s (interrupted)": "{summary}, {seconds}초 (중단됨)",
        "connected": "연결", "joined": "입장", "sent": "보냄", "acknowledged": "확인", "delivered": "전달", "ack": "확인",
        "delivery": "전달", "sent late by": "늦게 보냄", "checks": "검사", "errors": "오류", "generator": "생성기", "server": "서버",
        "note": "참고", "latency, ms": "지연, ms", "delivery latency, ms": "전달 지연, ms", "min": "최소", "max": "최대",
        "mean": "평균", "none": "없음", "every message in order, none lost": "모든 메시지가 순서대로, 잃은 것 없음",
        "FAILED: {faults}": "실패: {faults}", "{count} missing": "없음 {count}", "{count} holes": "구멍 {count}",
        "{count} repeated or out of order": "겹치거나 순서가 바뀜 {count}", "{count} gaps": "빈틈 {count}",
        "{count} resets": "초기화 {count}", "{count} in {seconds} s ({rate}/s)": "{seconds}초에 {count} ({rate}/초)",
        ", {megabytes} MB/s, {count} in one read": ", {megabytes} MB/s, 한 번 읽을 때 {count}",
        "busy {share} of a core": "코어 하나의 {share} 사용", "{time} µs for each delivery": "전달마다 {time} µs",
        "{memory} MB, {each} KiB for each client that joined": "{memory} MB, 들어온 클라이언트마다 {each} KiB",
        "a server limits each user and address; for load tests start it with --unlimited":
            "서버는 사용자와 주소마다 한도를 둡니다. 부하 시험에는 --unlimited로 시작하세요",
        "a thread of the generator was busy {percent} % of the time: give it more --threads, or more cores":
            "생성기 스레드 하나가 측정 시간의 {percent} % 동안 바빴습니다. --threads나 코어를 늘려 주세요",
        "messages went out {late} ms late (p99): the generator is part of the latency":
            "메시지가 {late} ms 늦게 나갔습니다 (p99). 생성기도 지연의 일부입니다",
        "{count} messages were not sent, because {maximum} of their sender had no answer":
            "보낸 쪽의 메시지 {maximum}개에 답이 없어 {count}개를 보내지 않았습니다",
        "{count} clients had sends without an answer in the end": "클라이언트 {count}개는 끝까지 답을 받지 못한 메시지가 있습니다",
        "a connection ended: {reason}": "연결 하나가 끝났습니다: {reason}", "refused: {reason}": "거절됨: {reason}",
        "closed by the server{reason}": "서버가 닫음{reason}",
        "{count} of {total} clients connected": "클라이언트 {total}개 가운데 {count}개 연결됨",
        "{count} of {total} clients joined": "클라이언트 {total}개 가운데 {count}개 입장함",
        "interrupted before anything was measured": "아무것도 재기 전에 중단되었습니다",
        "warming up, {seconds} s to go: {rate} deliveries/s": "준비 중, {seconds}초 남음: 전달 {rate}/초",
        "measuring, {seconds} s to go: {rate} deliveries/s": "재는 중, {seconds}초 남음: 전달 {rate}/초",
        "waiting for {count} messages": "메시지 {count}개를 기다리는 중",
        "the run ended without a result": "결과 없이 끝났습니다",
        "the answer is no HTTP answer": "HTTP 응답이 아닙니다",
        "the server did not answer as a WebSocket server": "서버가 WebSocket 서버로 응답하지 않았습니다",
        "the server broke RFC {0}": "서버가 RFC {0}{을/를} 어겼습니다",
        "the server sent something that is no text": "서버가 글이 아닌 것을 보냈습니다",
        "the server sent something that is no message of chat.v{0}": "서버가 chat.v{0}의 메시지가 아닌 것을 보냈습니다",
        "the server's answer to the join was not understood": "입장에 대한 서버의 응답을 이해하지 못했습니다",
    ]
}
