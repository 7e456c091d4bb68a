#!/usr/bin/python3
"""What can be read on the phone's screen, by AT-SPI, the way of screen readers; whether a field for text has the focus,
by the shell's keyboard; and what is copied, by the compositor; told to the node over the bridge (bridge/messages.ts). Ends with its session.

Usage: accessibility.py SCALE BAR
the screen's pixels for a point, and the height in points of the shell's bar, below which apps begin."""

import base64
import json
import os
import socket
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

SCALE = float(sys.argv[1])
BAR_POINTS = float(sys.argv[2])
NODES_MAX = 250
# A line to the node has a bound, with room for its frame.
TREE_BYTES_MAX = 48 * 1024
TEXT_MAX = 120
DEPTH_MAX = 40
# An app that hangs must not hold up the others.
CALL_MS = 800
LINE_BYTES_MAX = 256 * 1024
COPIED_CHARACTERS_MAX = 8192
COPIED_BYTES_MAX = 4 * COPIED_CHARACTERS_MAX

SHELL, KEYBOARD, DRAWER = "phosh", "squeekboard", "phosh panel"
LOW_SHARE = 0.75
KEYBOARD_PATH = "/sm/puri/OSK0"
# What only holds other things together.
FRAMES = {"panel", "filler", "section", "grouping", "scroll pane", "viewport", "split pane", "layered pane", "root pane",
          "internal frame", "redundant object", "unknown", "separator", "scroll bar", "application", "frame", "window"}
FIELDS = {"text", "entry", "password text", "terminal", "document text", "editbar", "spin button"}


class Bridge:
    """Newest wins: what is not written at once is dropped, but for answers."""

    def __init__(self, path, on_message):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.rest = b""
        self.on_message = on_message
        GLib.io_add_watch(self.socket.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, self.read)

    def read(self, *_):
        data = self.socket.recv(65536)
        if not data or len(self.rest) > LINE_BYTES_MAX:
            sys.exit(0)
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.on_message(json.loads(line))
        return True

    def say(self, message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")


def once(name):
    """GTK 4 names a button by its label, and once more by what is in it."""
    half = len(name) // 2
    return name[:half] if name[half:half + 1] == " " and name[:half] == name[half + 1:] else name


def text_of(node, role):
    """What a field or a label holds."""
    if role == "password text":
        return ""
    try:
        return Atspi.Text.get_text(node, 0, min(TEXT_MAX, Atspi.Text.get_character_count(node)))
    except GLib.Error:
        return ""


def box_of(node):
    """In the title's pixels. A Wayland app knows only where a thing is in its own window, which begins below the bar."""
    try:
        at = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    except GLib.Error:
        return None
    if at.width <= 0 or at.height <= 0:
        return None
    return {"x": at.x * SCALE, "y": (at.y + BAR_POINTS) * SCALE, "width": at.width * SCALE, "height": at.height * SCALE}


def read_window(window, shows, nodes):
    def walk(node, depth, shown, above):
        if len(nodes) >= NODES_MAX or depth > DEPTH_MAX:
            return
        try:
            states = node.get_state_set()
            if depth > 0 and not states.contains(shows):
                return
            role = node.get_role_name()
            name = once(node.get_name() or "")[:TEXT_MAX]
            focusable = states.contains(Atspi.StateType.FOCUSABLE)
            focused = states.contains(Atspi.StateType.FOCUSED)
            count = node.get_child_count()
        except GLib.Error:
            return
        value = text_of(node, role) if role in FIELDS or (not name and role == "label") else ""
        here = shown
        # What a button is called is told with the button.
        told = role == "label" and name != "" and name == above
        if role not in FRAMES and not told and (name or value or focusable):
            entry = {"role": role, "name": name, "depth": shown}
            if value:
                entry["value"] = value
            if focused:
                entry["focused"] = True
            box = box_of(node)
            if box:
                entry["box"] = box
            nodes.append(entry)
            here = shown + 1
        for index in range(min(count, NODES_MAX)):
            try:
                child = node.get_child_at_index(index)
            except GLib.Error:
                continue
            if child is not None:
                walk(child, depth + 1, here, name or above)

    walk(window, 0, 0, "")


def windows_of(app):
    for number in range(app.get_child_count()):
        window = app.get_child_at_index(number)
        if window is not None:
            yield window


def height_of(window):
    return Atspi.Component.get_extents(window, Atspi.CoordType.WINDOW).height


def read_tree():
    """What the shell lays over all else, as notifications; then the app that is in front, or where none is the home
    screen. The drawer behind the shell's bar does not say whether it is open, and is left out."""
    active, shell = [], []
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        try:
            app = desktop.get_child_at_index(index)
            if app is None or app.get_name() == KEYBOARD:
                continue
            if app.get_name() == SHELL:
                shell += [(height_of(window), window) for window in windows_of(app) if window.get_name() != DRAWER]
                continue
            # GTK 4 says of nothing inside a window that it shows.
            shows = Atspi.StateType.VISIBLE if app.get_toolkit_version().startswith("4") else Atspi.StateType.SHOWING
            active += [(window, shows) for window in windows_of(app) if window.get_state_set().contains(Atspi.StateType.ACTIVE)]
        except GLib.Error:
            continue
    # The shell names none of these; its home screen and backgrounds are as high as the screen, or nearly.
    low = LOW_SHARE * max((height for height, _window in shell), default=0)
    over = [(window, Atspi.StateType.SHOWING) for height, window in shell if height < low]
    home = [(window, Atspi.StateType.SHOWING) for height, window in shell if height >= low]
    nodes = []
    for window, shows in over + (active or home):
        read_window(window, shows, nodes)
    while len(json.dumps(nodes)) > TREE_BYTES_MAX:
        nodes.pop()
    return nodes


def follow_keyboard(tell):
    """The shell's keyboard comes up for a field for text, whatever toolkit drew it, and goes with the focus."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    told = {"shown": False}

    def on_properties(_bus, _sender, _path, _interface, _signal, parameters):
        shown = parameters.unpack()[1].get("Visible")
        if shown is not None and shown != told["shown"]:
            told["shown"] = shown
            tell(shown)

    bus.signal_subscribe(None, "org.freedesktop.DBus.Properties", "PropertiesChanged", KEYBOARD_PATH, None,
                         Gio.DBusSignalFlags.NONE, on_properties)
    return bus


def follow_clipboard(tell):
    """Hears of each text that is copied; the compositor lets this be asked without having the focus."""
    try:
        watcher = Gio.Subprocess.new(
            ["wl-paste", "--type", "text", "--watch", "sh", "-c", f"head -c {COPIED_BYTES_MAX} | base64 -w 0; echo"],
            Gio.SubprocessFlags.STDOUT_PIPE)
    except GLib.Error as error:
        print(f"What is copied on the phone stays there: {error.message}", file=sys.stderr)
        return None
    lines = Gio.DataInputStream.new(watcher.get_stdout_pipe())

    def read():
        lines.read_line_async(GLib.PRIORITY_DEFAULT, None, on_line)

    def on_line(_lines, result):
        line, _length = lines.read_line_finish_utf8(result)
        if line is None:
            return
        # Counted as JavaScript does.
        units = base64.b64decode(line).decode(errors="ignore").encode("utf-16-le")[:2 * COPIED_CHARACTERS_MAX]
        text = units.decode("utf-16-le", errors="ignore")
        if text:
            tell(text)
        read()

    read()
    return watcher


def main():
    path = os.environ.get("NEARFRAME_BRIDGE")
    if path is None:
        return
    Atspi.init()
    Atspi.set_timeout(CALL_MS, CALL_MS)
    def on_message(message):
        if message.get("type") == "tree.read":
            bridge.say({"type": "tree", "id": message["id"], "nodes": read_tree()})

    bridge = Bridge(path, on_message)

    # Held on to: a connection that nobody holds is closed.
    session_bus = follow_keyboard(lambda shown: bridge.say({"type": "text-focus", "focused": shown, "kind": "text"}))
    watcher = follow_clipboard(lambda text: bridge.say({"type": "copied", "text": text}))
    GLib.MainLoop().run()
    session_bus.close_sync()
    if watcher:
        watcher.force_exit()


main()
