// Fits the page into the part of the screen that an on-screen keyboard leaves; a pinch only enlarges it.

/** A smaller difference is a bar of the browser. */
const KEYBOARD_PX = 80;

export function fitToKeyboard() {
  const { height, offsetTop, scale } = visualViewport;
  const { style } = document.documentElement;
  // Some keyboards make the visible part smaller, some only move it.
  const isCovered = scale < 1.05 && (innerHeight - height > KEYBOARD_PX || offsetTop > KEYBOARD_PX);
  style.setProperty("--seen-height", isCovered ? `${height}px` : "");
  style.setProperty("--seen-top", isCovered ? `${offsetTop}px` : "");
}
