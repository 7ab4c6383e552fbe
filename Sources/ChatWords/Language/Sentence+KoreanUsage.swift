extension Sentence {
    /// The texts of `--help` for commands and options.
    package static let koreanHelp: [String: String] = [
        "Talk in the rooms of a chat server, by hand or by script.": "채팅 서버의 대화방에서 직접, 또는 스크립트로 대화합니다.",
        """
        Messages go to standard output, notices to standard error. Settings come from flags, from the environment \
        (CHAT_SERVER, CHAT_NAME, CHAT_TOKEN, NO_COLOR and others) and from ~/.config/chat-cli/config.json; \
        `chat-cli config` shows them.

        Exit status: 0 done, 1 only some lines sent or violations found, 64 wrong usage, 65 refused, \
        69 no connection, 70 fault, 73 a file cannot be used, 74 disconnected for good or output that cannot be \
        written, 75 no answer in time, 77 not allowed, 80 to 82 a token is missing, refused or expired, 83 muted, \
        84 removed, 85 banned, 86 the room is closed, 87 a word is not allowed, 88 too fast, 130 interrupted.
        """:
            """
        메시지는 표준 출력으로, 알림은 표준 오류로 나옵니다. 설정은 명령줄, 환경 변수(CHAT_SERVER, CHAT_NAME, \
        CHAT_TOKEN, NO_COLOR 등), ~/.config/chat-cli/config.json 순으로 찾습니다. `chat-cli config`로 볼 수 있습니다.

        종료 상태: 0 성공, 1 일부 줄만 보냈거나 위반을 찾음, 64 잘못된 사용법, 65 거절됨, 69 연결할 수 없음, \
        70 프로그램이나 서버의 오류, 73 파일을 쓸 수 없음, 74 연결이 완전히 끊겼거나 출력할 수 없음, \
        75 제시간에 응답이 없음, 77 허용되지 않음, 80~82 토큰이 없거나 거절되었거나 만료됨, 83 말할 수 없음, 84 내보내짐, \
        85 차단됨, 86 닫힌 방, 87 금지어, 88 너무 빠름, 130 중단됨.
        """,

        "Talk in rooms: on a terminal with an input line, otherwise lines in and messages out.":
            "대화방에서 대화합니다. 터미널에서는 입력 줄이 있고, 아니면 줄을 읽어 보내고 메시지를 출력합니다.",
        """
        On a terminal messages appear above the line that you write; /help lists what can be done there, Ctrl-D on an \
        empty line leaves. When standard input or output is no terminal, each line of input is sent to the first \
        room, each message is printed, and the program ends with the input, once everything sent is stored.
        """:
            """
        터미널에서는 쓰고 있는 줄 위에 메시지가 나타납니다. /help는 할 수 있는 일을 보여 주고, 빈 줄에서 Ctrl-D를 누르면 \
        나갑니다. 표준 입력이나 표준 출력이 터미널이 아니면 입력의 각 줄을 첫 대화방에 보내고 메시지를 출력하며, \
        입력이 끝나고 보낸 것이 모두 저장되면 끝납니다.
        """,
        "How many messages of the past come first.": "먼저 보여 줄 지난 메시지의 수.",
        "Where lines that are not sent yet outlive the program. (default on a terminal: its state folder)":
            "아직 보내지 못한 줄을 남겨 둘 폴더. (터미널에서 기본값: 상태 폴더)",
        "Forget lines that are not sent when the program ends.": "프로그램이 끝날 때 보내지 못한 줄을 버립니다.",
        "Show the time of each message.": "메시지의 시각을 보입니다.",
        "Tell who joins and leaves.": "누가 들어오고 나가는지 알립니다.",
        "Let others see that you type.": "입력 중임을 다른 사람에게 알립니다.",
        "Ring when somebody names you.": "누가 나를 부르면 소리를 냅니다.",
        "Show the status line.": "상태 줄을 보입니다.",
        "Remember the lines that you write for the next session.": "입력한 줄을 다음 실행에서도 불러올 수 있게 기억합니다.",
        "The rooms.": "대화방. 여러 개를 쓸 수 있습니다.", "The room.": "대화방.",

        "Send a message, or every line of standard input, and wait until it is stored.":
            "메시지 하나 또는 표준 입력의 모든 줄을 보내고 저장될 때까지 기다립니다.",
        "How many seconds the server may take for one message.": "메시지 하나에 서버를 기다리는 시간(초).",
        "Send what you do, as /me does.": "/me처럼 하는 일을 보냅니다.",
        "Send the whole of standard input as one message.": "표준 입력 전체를 메시지 하나로 보냅니다.",
        "The text; without it standard input is sent, line by line.": "보낼 글. 없으면 표준 입력을 한 줄씩 보냅니다.",

        "Print the messages of rooms as they come; reconnect for ever and miss nothing.":
            "대화방의 메시지를 오는 대로 출력합니다. 끊기면 계속 다시 연결하고 하나도 놓치지 않습니다.",
        """
        With --state the place that was reached is kept in a file, and the next run goes on behind it: a job that runs \
        now and then (tail lobby --state FILE --no-follow) prints every message once.
        """:
            """
        --state를 쓰면 읽은 곳을 파일에 적어 두고 다음에 그 뒤부터 이어 갑니다. 가끔 실행하는 작업\
        (tail lobby --state FILE --no-follow)도 모든 메시지를 한 번씩 출력합니다.
        """,
        "How far back to begin: 90s, 10m, 2h, 1d.": "얼마나 전부터 시작할지. 90s, 10m, 2h, 1d처럼 씁니다.",
        "A file that remembers the place in each room from one run to the next.": "대화방마다 읽은 곳을 다음 실행까지 기억하는 파일.",
        "End after so many messages.": "이만큼의 메시지를 출력하고 끝냅니다.",
        "End after so many seconds, with status 75 unless --count was reached.":
            "이 시간(초) 뒤에 끝냅니다. --count를 채우지 못했으면 상태는 75입니다.",
        "Go on with what comes, or end when everything said so far is printed.":
            "오는 메시지를 계속 출력하거나, 지금까지의 것을 모두 출력하고 끝냅니다.",
        "Print each message as one line of JSON, as the server sent it.": "메시지마다 서버가 보낸 그대로 JSON 한 줄로 출력합니다.",
        """
        Print each message like this, e.g. '{time} {name}: {text}'. Fields: time, clock, date, milliseconds, room, \
        name, user, text, line, kind, seq, epoch, key; escapes: \\n \\t \\r \\e \\0 \\\\ {{ }}.
        """:
            """
        메시지를 출력할 형식. 예: '{time} {name}: {text}'. 항목: time, clock, date, milliseconds, room, name, user, \
        text, line, kind, seq, epoch, key. 특수 문자: \\n \\t \\r \\e \\0 \\\\ {{ }}.
        """,

        "Print messages of a room's past.": "대화방의 지난 메시지를 출력합니다.", "How many messages.": "메시지의 수.",
        "Only messages before this number.": "이 번호보다 앞선 메시지만.",
        "How many seconds the server may take.": "서버를 기다리는 시간(초).",
        "Print who is in a room, one name on a line.": "대화방에 있는 사람을 한 줄에 한 명씩 출력합니다.",
        "Print the rooms of the server: name, members, time of the last message, with tabs between.":
            "서버의 대화방을 출력합니다. 이름, 사람 수, 마지막 메시지의 시각을 탭으로 나눕니다.",
        "The server's index of rooms may be some seconds behind.": "서버의 대화방 목록은 몇 초 늦을 수 있습니다.",
        "Print each room as one line of JSON.": "대화방마다 JSON 한 줄로 출력합니다.",

        "Show the settings that hold, and where each comes from.": "지금 쓰이는 설정과 그것이 어디서 왔는지 보여 줍니다.",
        """
        Flags go before the environment (CHAT_SERVER, CHAT_NAME and so on), the environment before the file, and in \
        the file what stands under the server that is talked to before what stands for all. A token is not shown.
        """:
            """
        명령줄이 환경 변수(CHAT_SERVER, CHAT_NAME 등)보다, 환경 변수가 파일보다 앞섭니다. 파일 안에서는 연결할 서버의 \
        설정이 모두에게 쓰이는 설정보다 앞섭니다. 토큰은 보여 주지 않습니다.
        """,
        "Print the path of the configuration file and nothing else.": "설정 파일의 경로만 출력합니다.",

        "The server's address, or its name in the configuration file. (default: {default})":
            "서버의 주소나 설정 파일에 있는 이름. (기본값: {default})",
        "The name to be known by. (default: one that the server gives)": "쓸 이름. (기본값: 서버가 정함)",
        "A file with a token, for servers that demand one.": "토큰을 요구하는 서버에 쓸 토큰 파일.",
        "A command that prints a token.": "토큰을 출력하는 명령.",
        "A PEM file of certificate authorities to trust in place of the system's.": "시스템의 것 대신 믿을 인증 기관의 PEM 파일.",
        "The language of messages: en or ko. (default: as the locale says)": "알림의 언어. (기본값: 로캘에 따름)",
        "A configuration file. (default: ~/.config/chat-cli/config.json)":
            "설정 파일. (기본값: ~/.config/chat-cli/config.json)",
        "Whether to use colours: auto, always, never.": "색을 쓸지.",

        "Check that no acknowledged message is lost, doubled or out of order.":
            "확인된 메시지를 잃거나 겹치거나 순서가 바뀌지 않는지 검사합니다.",
        """
        Clients talk by chance in rooms of their own, leave and join, break their connections and go from server to \
        server. Everything on their wires is recorded, and judged at the end.

        Exit status: 0 no violation, 1 violations, 69 no connection, 75 nothing was acknowledged.
        """:
            """
        클라이언트들이 따로 만든 대화방에서 무작위로 대화하고, 드나들고, 연결을 끊고, 서버를 옮겨 다닙니다. 주고받은 것을 \
        모두 적어 두었다가 마지막에 판정합니다.

        종료 상태: 0 위반 없음, 1 위반 있음, 69 연결할 수 없음, 75 확인된 메시지가 없음.
        """,
        "A server's address; several times for the nodes of one chat. (default: $CHAT_SERVER)":
            "서버의 주소. 한 채팅의 노드가 여럿이면 여러 번 씁니다. (기본값: $CHAT_SERVER)",
        "How many clients talk.": "대화하는 클라이언트의 수.", "In how many rooms.": "대화방의 수.",
        "For how many seconds.": "검사하는 시간(초).",
        "Messages of each client in a second.": "클라이언트마다 1초에 보내는 메시지의 수.",
        "How many seconds the clients have in the end to come to rest.": "끝에 클라이언트들이 정리할 수 있는 시간(초).",
        "Draws the same again. (default: by chance; the report says which)":
            "같은 무작위를 다시 씁니다. (기본값: 무작위이며 보고서에 나옵니다)",
        "Print the result as one line of JSON.": "결과를 JSON 한 줄로 출력합니다.",
        "Write everything that the clients did and saw to this file, one JSON object on each line.":
            "클라이언트들이 하고 본 것을 모두 이 파일에 한 줄에 JSON 객체 하나씩 적습니다.",

        "Measure throughput and latency of a server.": "서버의 처리량과 지연을 잽니다.",
        """
        Clients join rooms of this run alone, the senders of each room send, and everybody receives. Latency counts \
        from the time at which a message was due, so that a server that stalls does not hide it. Start the server \
        with --unlimited: its limits are made for people.

        Exit status: 0 measured, 1 messages were lost or out of order, 64 wrong usage, 69 not all clients could \
        connect and join, 74 the server closed all connections, 130 interrupted (what was measured is printed).
        """:
            """
        클라이언트들이 이번에만 쓰는 대화방에 들어가고, 방마다 보내는 쪽이 보내면 모두가 받습니다. 지연은 보내야 했던 \
        때부터 세므로 서버가 멈추면 그대로 드러납니다. 서버는 --unlimited로 시작하세요. 보통의 한도는 사람에게 맞춘 것입니다.

        종료 상태: 0 잼, 1 메시지를 잃었거나 순서가 바뀜, 64 잘못된 사용법, 69 일부 클라이언트가 연결하거나 들어가지 못함, \
        74 서버가 모든 연결을 닫음, 130 중단됨(그때까지 잰 것은 출력합니다).
        """,
        "How many clients connect.": "연결하는 클라이언트의 수.",
        "In how many rooms; each client is in one.": "대화방의 수. 클라이언트는 저마다 한 방에 있습니다.",
        "How many clients of each room send. 0: all are only there.": "방마다 보내는 클라이언트의 수. 0이면 모두 있기만 합니다.",
        "Messages in a second of all senders together, whether or not the server keeps up (open loop).":
            "보내는 쪽 모두가 1초에 보내는 메시지의 수. 서버가 따라오지 못해도 보냅니다(개방 루프).",
        "Messages that each sender has under way (closed loop). (default: 1)":
            "보내는 쪽마다 답을 기다리며 보내 두는 메시지의 수(폐쇄 루프). (기본값: 1)",
        "Bytes of a text.": "글의 크기(바이트).", "For how many seconds is measured.": "재는 시간(초).",
        "For how many seconds the load goes on before that.": "재기 전에 부하를 주는 시간(초).",
        "Threads of the generator.": "부하를 만드는 스레드의 수.",
        "A process of the server on this machine, whose CPU and memory are measured; several times.":
            "CPU와 메모리를 잴 이 컴퓨터의 서버 프로세스. 여러 번 쓸 수 있습니다.",
        "Give each message an idempotency key.": "메시지마다 중복을 막는 키를 붙입니다.",

        "Make a token, for development: in earnest a log-in makes them.":
            "개발에 쓸 토큰을 만듭니다. 실제로는 로그인 서비스가 만듭니다.",
        """
        The key is the secret that the server has as --token-key, or a private key in PEM (RSA, P-256, Ed25519) whose \
        public key it has. `chat-cli token --new-key FILE` makes a secret; `chat-cli token --key FILE --sub mina \
        --room 'team-*=read,write'` prints a token.
        """:
            """
        키는 서버가 --token-key로 가진 비밀이거나, 서버가 그 공개 키를 가진 PEM 형식의 비밀 키(RSA, P-256, Ed25519)입니다. \
        `chat-cli token --new-key FILE`은 비밀을 만들고, `chat-cli token --key FILE --sub mina --room \
        'team-*=read,write'`는 토큰을 출력합니다.
        """,
        "The file with the key.": "키가 있는 파일.",
        "Write a new secret to this file, which only you can read; it must not exist.":
            "새 비밀을 이 파일에 씁니다. 자기만 읽을 수 있고, 이미 있는 파일이면 안 됩니다.",
        "Whom the token is for.": "토큰을 받을 사람.",
        "The user's name; without it the user chooses one.": "사용자의 이름. 없으면 사용자가 정합니다.",
        "Rights in rooms, e.g. 'team-*=read,write': live, history, presence, read, write, moderate. Several times.":
            "대화방에서의 권한. 예: 'team-*=read,write'. live, history, presence, read, write, moderate. 여러 번 쓸 수 있습니다.",
        "How long it is good: 90s, 10m, 2h, 1d.": "쓸 수 있는 시간: 90s, 10m, 2h, 1d.",
        "Who makes it (iss).": "만드는 쪽(iss).", "For which server (aud).": "받는 서버(aud).",
        "Its own name, by which it can be revoked (jti).": "취소할 때 쓰는 토큰의 이름(jti).",

        // What argument-parser says by itself.
        "Show help information.": "이 도움말을 보여 줍니다.", "Show the version.": "버전을 보여 줍니다.",
        "Show subcommand help information.": "명령의 도움말을 보여 줍니다.",
    ]
}
