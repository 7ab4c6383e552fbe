/** Whether something came that nobody has read. In the same moment another tab may have read what was there before. */
export const hasNews = (old, room) => Boolean(old) && old.seq !== null && room.news > old.news && room.unread > 0;
