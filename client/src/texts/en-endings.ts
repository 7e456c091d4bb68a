// How a session ended and what to do next, in English.

import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { LocalFailure } from "../stream/session-state.ts";

/** What happened, in a headline and a sentence; what to do next, in a sentence. */
export type FailureText = { title: string; happened: string; next: string };

export const ended: Record<EndReason, FailureText> = {
  "player-left": {
    title: "See you soon",
    happened: "You left, and everything the session used was given back.",
    next: "Play again, or choose something else.",
  },
  "player-lost": {
    title: "You were away too long",
    happened: "Your connection dropped, and the session was kept for two minutes. Then it was closed.",
    next: "Start again when your connection is steady.",
  },
  "player-idle": {
    title: "Still there?",
    happened: "Nothing was pressed or touched for a long time, so the place was given to someone else.",
    next: "Start again whenever you like.",
  },
  "taken-over": {
    title: "Playing elsewhere",
    happened: "You are playing this in another window or on another device.",
    next: "Play here instead, and it goes on right where it is; the other screen stops.",
  },
  "media-unreachable": {
    title: "The picture can't reach you",
    happened: "We reached the machine, but your network let no video path through, neither UDP nor TCP.",
    next: "Try another network, or switch off a VPN or a strict firewall, then try again.",
  },
  "title-exited": {
    title: "That's a wrap",
    happened: "The title ended by itself, as when you choose “Quit” in its menu.",
    next: "Play again, or choose something else.",
  },
  "title-crashed": {
    title: "The title crashed",
    happened: "It stopped by a fault of its own. Your connection was fine.",
    next: "Try again. If it happens at the same place, its publisher would like to know.",
  },
  "title-never-drew": {
    title: "Nothing to see",
    happened: "The title started but showed no picture within its time, so it was stopped.",
    next: "Try again once. If it stays dark, the fault is in the title.",
  },
  "title-command-missing": {
    title: "Not installed here",
    happened: "The machine that was chosen for you has not got this title's program.",
    next: "Choose another title. Whoever runs the machine has to install it.",
  },
  "title-unknown": {
    title: "No such title",
    happened: "This title is not in the catalogue any more, or the address has a typing error.",
    next: "Choose one from the list.",
  },
  "node-failed": {
    title: "The machine failed",
    happened: "Screen, sound or video encoder broke on the machine that ran your session.",
    next: "Try again; another one may be chosen.",
  },
  "node-lost": {
    title: "We lost the machine",
    happened: "The machine that ran your session went silent: power, network or restart.",
    next: "Try again to be placed on another one.",
  },
  "node-drained": {
    title: "The machine is closing",
    happened: "Its owner is taking it out of service, so sessions on it were ended.",
    next: "Try again to be placed on another one.",
  },
  "start-timeout": {
    title: "It took too long to start",
    happened: "The machine did not get the session ready in time.",
    next: "Try again: the second start is often faster.",
  },
  "no-node": {
    title: "Every machine is busy",
    happened: "There is no free machine near you that can run this title.",
    next: "Try again in a minute, or choose another title.",
  },
  "server-stopped": {
    title: "We are restarting",
    happened: "The service was stopped while your session was being prepared.",
    next: "It should be back in a moment. Try again.",
  },
};

export const local: Record<LocalFailure, FailureText> = {
  "no-webrtc": {
    title: "This browser can't stream",
    happened: "It has no WebRTC, or WebRTC is switched off, so video can't arrive fast enough to play.",
    next: "Use a current Chrome, Edge, Safari or Firefox. In a company browser, ask for WebRTC to be allowed.",
  },
  "no-video-codec": {
    title: "This browser can't decode the video",
    happened: "The stream is H.264, VP8 or AV1, and this browser receives none of them.",
    next: "Use Chrome, Edge or Safari, or install your system's H.264 codec and reload.",
  },
  "server-unreachable": {
    title: "We can't reach the server",
    happened: "It did not answer. Either you are offline, or it is down.",
    next: "Check your connection, then try again.",
  },
  "no-answer": {
    title: "The server stays silent",
    happened: "It took your request but did not answer in time.",
    next: "Try again in a moment.",
  },
  "node-silent": {
    title: "The machine stays silent",
    happened: "A machine was found for you, but it did not answer while you were being connected.",
    next: "Try again; another one may be chosen.",
  },
  "no-picture": {
    title: "Connected, but dark",
    happened: "The machine is reached and the title runs, but this device showed no frame.",
    next: "Close other videos and try again, or try another browser: its video decoder may be busy or broken.",
  },
  "connection-lost": {
    title: "Connection lost",
    happened: "Neither the machine nor the server can be reached from here any more.",
    next: "Check your connection. If you are back within two minutes, you go on where you were.",
  },
  "session-gone": {
    title: "The session is over",
    happened: "The connection came back, but the session was closed meanwhile.",
    next: "Start again.",
  },
  replaced: {
    title: "Playing in another window",
    happened: "Another window of this browser has taken over.",
    next: "Go on there, or try again to play here.",
  },
  outdated: {
    title: "This page is out of date",
    happened: "The service was updated while the page was open.",
    next: "Reload the page to get the new one.",
  },
  "player-broken": {
    title: "Something broke in this page",
    happened: "Nearframe could not get this browser ready to play.",
    next: "Reload the page. If it happens again, try another browser.",
  },
};

/** By the code of the server's refusal; the server's own words serve for the rest. */
export const refused: Readonly<Record<string, FailureText>> = {
  TITLE_UNKNOWN: ended["title-unknown"],
  QUEUE_FULL: {
    title: "The line is full",
    happened: "So many people wait for a machine that no more can be promised one.",
    next: "Try again in a few minutes.",
  },
  SERVER_BUSY: {
    title: "Too busy right now",
    happened: "The service can't take new sessions at the moment.",
    next: "Try again in a minute.",
  },
  SESSIONS_TOO_MANY: {
    title: "Too many sessions",
    happened: "You have several sessions open already.",
    next: "Leave one of them, then try again.",
  },
  STARTS_TOO_FAST: {
    title: "One moment",
    happened: "Titles were started too often within a few seconds.",
    next: "Wait a little, then try again.",
  },
};
