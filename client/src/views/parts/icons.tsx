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
export const FlagIcon = () => (
  <Icon>
    <path d="M4.5 18V3M4.5 4h11l-2.5 3.5 2.5 3.5h-11" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M4.5 4.5l11 11M15.5 4.5l-11 11" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M12.5 3.5L6 10l6.5 6.5" />
  </Icon>
);
export const ShareIcon = () => (
  <Icon>
    <path d="M10 12.5V3M6.5 6L10 2.5 13.5 6M5.5 9.5H4v8h12v-8h-1.5" />
  </Icon>
);
export const HomeIcon = () => (
  <Icon>
    <path d="M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14z" />
  </Icon>
);
export const ForwardIcon = () => (
  <Icon>
    <path d="M7.5 3.5L14 10l-6.5 6.5" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <path d="M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM12.5 12.5l5 5" />
  </Icon>
);
export const RecentsIcon = () => (
  <Icon>
    <path d="M3 6h10v11H3zM6.5 3H17v10.5" />
  </Icon>
);
export const GearIcon = () => (
  <Icon>
    <path d="M3 6h7M14 6h3M3 14h3M10 14h7M12 3.5v5M8 11.5v5" />
  </Icon>
);
export const PadIcon = () => (
  <Icon>
    <path d="M2.5 15.5l1.8-8.6h11.4l1.8 8.6-4-3H6.5zM6 9.5h3M7.5 8v3M12 9.5h2" />
  </Icon>
);
export const LineIcon = ({ down }: { down: boolean }) => (
  <Icon>
    <path d="M2.5 8a10.6 10.6 0 0 1 15 0M5.5 11.2a6.4 6.4 0 0 1 9 0" opacity={down ? 0.35 : 1} />
    <path d="M8.7 13.6h2.6v2.6H8.7z" fill="currentColor" stroke="none" />
    {down && <path d="M3 17L17 3" />}
  </Icon>
);
export const BatteryIcon = ({ level, charging }: { level: number; charging: boolean }) => (
  <Icon>
    <path d="M2 6h14v8H2zM18.5 8.5v3" />
    <path d={`M4 8h${(10 * Math.max(0.08, Math.min(1, level))).toFixed(1)}v4H4z`} fill="currentColor" stroke="none" />
    {charging && <path d="M10 4.5L7.5 10.5h4L9.5 15.5" stroke="var(--good)" />}
  </Icon>
);
export const DropIcon = () => (
  <Icon>
    <path d="M10 2.5c3.5 4.2 5 6.3 5 8.7a5 5 0 0 1-10 0c0-2.4 1.5-4.5 5-8.7z" />
  </Icon>
);
export const FriendsIcon = () => (
  <Icon>
    <path d="M7 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1.5 17v-4.5h11V17M13 4.2a3 3 0 0 1 0 5.1M15 12.5h3.5V17" />
  </Icon>
);
export const MicIcon = () => (
  <Icon>
    <path d="M7.5 3h5v8h-5zM4 9v2a6 6 0 0 0 12 0V9M10 17v2" />
  </Icon>
);
