import { counting } from "./counting.js";

const count = counting("en");

export default {
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
};
