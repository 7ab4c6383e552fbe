// The page fits into what a keyboard on the screen leaves of it; a pinch only makes it larger.

/** What is less is a browser's bar. */
const KEYBOARD_PX = 80;

export function fitToKeyboard() {
  const { height, offsetTop, scale } = visualViewport;
  const { style } = document.documentElement;
  // Some keyboards make what is seen smaller, some only move it.
  const isCovered = scale < 1.05 && (innerHeight - height > KEYBOARD_PX || offsetTop > KEYBOARD_PX);
  style.setProperty("--seen-height", isCovered ? `${height}px` : "");
  style.setProperty("--seen-top", isCovered ? `${offsetTop}px` : "");
}
