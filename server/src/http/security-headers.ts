// What browsers may do with our pages. By hand rather than with helmet: half of
// its defaults (HSTS, upgrade-insecure-requests, COOP) must be off where a node's
// owner plays over plain http in a home network, and what is left is this list.

import type { RequestHandler } from "express";

const pagePolicy = (askedOrigins: readonly string[]): string => [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob: mediastream:",
  // 'self' covers our own WebSocket in every browser with WebRTC good enough to play.
  ["connect-src 'self'", ...new Set(askedOrigins)].join(" "),
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** A publisher's SVG may hold scripts; opened as a page of its own it must not run them as us. */
export const ART_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

const PERMISSIONS = ["autoplay", "fullscreen", "gamepad", "clipboard-read", "clipboard-write", "screen-wake-lock", "microphone", "camera", "geolocation"]
  .map((feature) => `${feature}=(self)`)
  .concat(["payment=()", "usb=()"])
  .join(", ");

/** `askedOrigins`: the probe points, which pages measure their way to. */
export const securityHeaders = (askedOrigins: readonly string[]): RequestHandler => {
  const policy = pagePolicy(askedOrigins);
  return (_request, response, next) => {
    response.set({
      "Content-Security-Policy": policy,
      "Cross-Origin-Resource-Policy": "same-origin",
      "Permissions-Policy": PERMISSIONS,
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "SAMEORIGIN",
    });
    next();
  };
};
