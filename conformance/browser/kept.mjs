// What chat.mjs says last and history.mjs looks for after a restart.
export const KEPT = { room: "kept", texts: ["said before the restart", "and a picture with it"] };
