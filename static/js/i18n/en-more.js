import { counting } from "./counting.js";

const count = counting("en");

export default {
  noRoom: "No room is open",
  noRoomText: "Join one from the list, or make a new one by its name.",
  copied: "Copied",
  notCopied: "The browser did not let us copy",
  copyMessage: "Copy the message",
  save: "Save",
  join: "Join",
  liveRooms: "Rooms on this server",
  noLiveRooms: "There are no others. Any name makes a new room.",
  notify: "Notifications while you are elsewhere",
  notifyChoices: { off: "None", mentions: "When I am mentioned", all: "For every message" },
  notifyDenied: "The browser does not allow notifications for this page.",
  sound: "Sound for new messages",
  theme: "Appearance",
  themes: { auto: "As the device", light: "Light", dark: "Dark" },
  shortcuts: "Keyboard shortcuts",
  sendParts: count("Send as # messages"),
  sendFirst: "Send the first part, keep the rest here",
  shortcutList: [
    ["Enter", "Send"],
    ["Shift+Enter", "New line"],
    ["↑", "In an empty field: your last message again"],
    ["Alt+↑ / Alt+↓", "Previous or next room"],
    ["Alt+Shift+↓", "Next unread room"],
    ["Esc", "To the newest message; closes what is open"],
    ["/me …", "Say what you do"],
    ["↑ / ↓", "In the messages: one up or down; Home and End lead to the ends"],
    ["C", "On a message: copy it"],
    ["?", "This list"],
  ],
  endings: {
    4500: "The server does not speak this page's protocol. Reload to get the current page.",
    4501: "The server does not let you in.",
    4503: "You were removed by a moderator.",
    4504: "The server ended the connection after too many errors.",
    4505: "The server asks for a sign-in that this page did not make.",
  },
};
