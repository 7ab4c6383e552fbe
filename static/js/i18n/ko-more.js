import { counting } from "./counting.js";

const count = counting("ko");

export default {
  noRoom: "열린 대화방이 없습니다",
  noRoomText: "목록에서 고르거나 새 이름으로 방을 만드세요.",
  copied: "복사했습니다",
  notCopied: "브라우저가 복사를 허용하지 않았습니다",
  copyMessage: "메시지 복사",
  save: "저장",
  join: "들어가기",
  liveRooms: "이 서버의 대화방",
  noLiveRooms: "다른 방이 없습니다. 아무 이름이나 쓰면 새 방이 생깁니다.",
  notify: "자리를 비웠을 때 알림",
  notifyChoices: { off: "없음", mentions: "나를 언급할 때", all: "모든 메시지" },
  notifyDenied: "브라우저가 이 페이지의 알림을 허용하지 않습니다.",
  sound: "새 메시지 소리",
  theme: "화면 모드",
  themes: { auto: "기기 설정에 따름", light: "밝게", dark: "어둡게" },
  shortcuts: "단축키",
  sendParts: count("메시지 #개로 나누어 보내기"),
  sendFirst: "앞부분만 보내고 나머지는 남겨 두기",
  shortcutList: [
    ["Enter", "보내기"],
    ["Shift+Enter", "줄 바꿈"],
    ["↑", "빈 입력란에서: 마지막 메시지 다시 쓰기"],
    ["Alt+↑ / Alt+↓", "이전 또는 다음 대화방"],
    ["Alt+Shift+↓", "읽지 않은 다음 대화방"],
    ["Esc", "최신 메시지로 이동, 열린 창 닫기"],
    ["/me …", "행동으로 말하기"],
    ["↑ / ↓", "메시지 목록에서: 한 칸 위나 아래로, Home과 End는 처음과 끝으로"],
    ["C", "메시지에서: 복사"],
    ["?", "이 목록"],
  ],
  endings: {
    4500: "이 페이지는 오래되었습니다. 새로고침해 주세요.",
    4501: "서버가 입장을 허락하지 않았습니다.",
    4503: "관리자가 내보냈습니다.",
    4504: "오류가 너무 많아 서버가 연결을 끝냈습니다.",
    4505: "서버가 로그인을 요구합니다.",
  },
};
