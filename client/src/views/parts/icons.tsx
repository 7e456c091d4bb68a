// Drawn for this page: 20 units square, 2 units of line, no round ends, like the mark.

import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"
      fill="none" stroke="currentColor" strokeWidth="2"
    >
      {children}
    </svg>
  );
}

export const PlayIcon = () => (
  <Icon>
    <path d="M5 3.5v13l11-6.5z" fill="currentColor" stroke="none" />
  </Icon>
);
export const SoundOnIcon = () => (
  <Icon>
    <path d="M3 7.5h3l4-4v13l-4-4H3z" fill="currentColor" stroke="none" />
    <path d="M13 7c1.6 1.6 1.6 4.4 0 6M15.5 4.5c3 3 3 8 0 11" />
  </Icon>
);
export const SoundOffIcon = () => (
  <Icon>
    <path d="M3 7.5h3l4-4v13l-4-4H3z" fill="currentColor" stroke="none" />
    <path d="M13 7.5l5 5M18 7.5l-5 5" />
  </Icon>
);
export const FullIcon = () => (
  <Icon>
    <path d="M3 8V3h5M17 12v5h-5M12 3h5v5M8 17H3v-5" />
  </Icon>
);
export const WindowIcon = () => (
  <Icon>
    <path d="M8 3v5H3M12 17v-5h5M17 8h-5V3M3 12h5v5" />
  </Icon>
);
export const FiguresIcon = () => (
  <Icon>
    <path d="M4 17V9M10 17V3M16 17v-5" />
  </Icon>
);
export const LeaveIcon = () => (
  <Icon>
    <path d="M12 3H4v14h8M9 10h8M14 6.5l3.5 3.5-3.5 3.5" />
  </Icon>
);
export const KeyIcon = () => (
  <Icon>
    <path d="M3 4h14v12H3zM6.5 12.5h7" />
  </Icon>
);
