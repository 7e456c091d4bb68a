// RetroArch's settings for one title. Pure.

import type { TitleSize } from "@nearframe/shared/title/manifest";

/** Below the home: what a title names in `savePaths` to keep it all. */
export const LIBRETRO_SAVES = ".local/share/libretro";

/** It asks the desktop's bus for GameMode whatever it is told, and aborts where it finds none: so it is told that there is none, and that this is no reason. */
export const LIBRETRO_ENVIRONMENT = { DBUS_SESSION_BUS_ADDRESS: "disabled:", DBUS_FATAL_WARNINGS: "0" } as const;

export function libretroSettings({ width, height }: TitleSize, home: string): Record<string, string | number | boolean> {
  const saves = `${home}/${LIBRETRO_SAVES}`;
  return {
    video_driver: "gl",
    video_fullscreen: false,
    video_windowed_fullscreen: false,
    video_window_show_decorations: false,
    video_window_custom_size_enable: true,
    video_windowed_position_width: width,
    video_windowed_position_height: height,
    video_windowed_position_x: 0,
    video_windowed_position_y: 0,
    video_window_save_positions: true,
    // The node takes a frame when it is drawn; waiting for a screen that is not there only costs time.
    video_vsync: false,
    video_font_enable: false,
    // Its own clock is then what keeps the console's pace.
    audio_driver: "pulse",
    audio_latency: 32,
    audio_sync: true,
    input_driver: "x",
    input_joypad_driver: "udev",
    input_autodetect_enable: true,
    // Keys that would lead out of the title, or into the node's own files.
    input_exit_emulator: "nul",
    input_menu_toggle: "nul",
    input_desktop_menu_toggle: "nul",
    input_toggle_fullscreen: "nul",
    input_shader_next: "nul",
    input_game_focus_toggle: "nul",
    input_menu_toggle_gamepad_combo: 0,
    menu_show_start_screen: false,
    menu_enable_widgets: false,
    pause_nonactive: false,
    config_save_on_exit: false,
    savefile_directory: saves,
    savestate_directory: saves,
    sort_savefiles_enable: false,
    sort_savestates_enable: false,
    // Battery-backed memory reaches the disk while the title runs, not only when it ends.
    autosave_interval: 5,
    savestate_auto_save: false,
    suspend_screensaver_enable: false,
    network_cmd_enable: false,
    stdin_cmd_enable: false,
    cheevos_enable: false,
    check_firmware_before_loading: false,
    core_updater_auto_extract_archive: false,
    libretro_info_path: "/usr/share/libretro/info",
  };
}
