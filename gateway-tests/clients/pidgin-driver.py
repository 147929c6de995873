"""Pidgin as a program with lines: one JSON command a line on stdin, JSON events on stdout, the last one
of each command "done". It runs inside a D-Bus session of its own, and starts a screen and Pidgin there.
What a person does is done through Pidgin's D-Bus interface and through the accessibility tree (AT-SPI),
by the names that a person reads.

Usage: dbus-run-session -- pidgin-driver.py FOLDER PEER
"""

import html
import json
import os
import re
import signal
import subprocess
import sys
import warnings

import dbus
import gi
from dbus.mainloop.glib import DBusGMainLoop

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.simplefilter("ignore")  # AT-SPI's interfaces are deprecated by name, and by nothing else.

FOLDER, PEER = sys.argv[1:3]
PURPLE = "im.pidgin.purple.PurpleInterface"
LOOK_MS = 60
TRIES = 40
RESULTS = ("Authentication ", "Your buddy has successfully", "An error occurred")
SENT_BY_US = 1  # PURPLE_MESSAGE_SEND


class Pidgin:
    def __init__(self):
        self.purple = None
        self.conversation = None
        self.said = []
        bus = dbus.SessionBus()
        bus.add_signal_receiver(self.displayed, "DisplayedImMsg", PURPLE)
        bus.add_signal_receiver(self.signed_on, "SignedOn", PURPLE)
        self.bus = bus

    def signed_on(self, *_):
        proxy = self.bus.get_object("im.pidgin.purple.PurpleService", "/im/pidgin/purple/PurpleObject")
        self.purple = dbus.Interface(proxy, PURPLE)
        account = self.purple.PurpleAccountsGetAllActive()[0]
        # Nobody who is not on its list, and there, is told the end of OTR.
        buddy = self.purple.PurpleBuddyNew(account, PEER, "")
        self.purple.PurpleBlistAddBuddy(buddy, 0, 0, 0)
        self.purple.PurpleAccountAddBuddy(account, buddy)
        self.conversation = self.purple.PurpleConversationNew(1, account, PEER)
        tell(ev="done", value="ready")

    def displayed(self, _account, who, text, _conversation, flags):
        if flags & SENT_BY_US:
            return
        tell(ev="shown", system=who == "" or bool(flags & 4), html=text, text=as_read(text))

    def look(self):
        """Tells what the dialogs of the OTR plugin say, whenever that is something else."""
        try:
            for window in dialogs():
                read = labels(window)
                if read in self.said and any(label.startswith(RESULTS) for label in read):
                    close_result(window)  # It was told: now it may go.
            said = [labels(window) for window in dialogs()]
        except GLib.Error:  # A window closed while we looked.
            return True
        if said != self.said:
            self.said = said
            tell(ev="dialogs", dialogs=said)
        return True

    def run(self, op, text="", item="", button="", method=None, fields=(), on=False):
        if op == "say":
            chat = self.purple.PurpleConvIm(self.conversation)
            self.purple.PurpleConvImSend(chat, html.escape(text, quote=False))
        elif op == "type":  # A key, which is taken back.
            entry = next(text for text in showing(conversation_window(), "text") if is_editable(text))
            Atspi.EditableText.insert_text(entry, 0, "a", 1)
            Atspi.EditableText.delete_text(entry, 0, 1)
        elif op == "menu":
            press(conversation_window(), "menu item", item)
        elif op == "dialog":
            window = next(dialogs())
            if method is not None:
                press(window, "menu item", method)
            for field, content in zip(showing(window, "text"), fields):
                Atspi.EditableText.set_text_contents(field, content)
            press(window, "push button", button)
        elif op == "compare":
            window = next(dialogs())
            press(window, "menu item", method)
            says = next(label for label in labels(window) if "Purported fingerprint" in label)
            press(window, "push button", "Cancel")
            return says
        elif op == "automatic":
            self.purple.PurplePrefsSetBool("/OTR/automatic", on)
        elif op == "state":
            return showing(conversation_window(), "push button")[-1].get_name().strip()


def windows():
    desktop = Atspi.get_desktop(0)
    for application in children(desktop):
        if application.get_name() == "Pidgin":
            yield from children(application)


def dialogs():
    """The OTR plugin's own: the same one is "Authenticate", then "Authenticating"."""
    return (window for window in windows() if "Authenticat" in window.get_name())


def close_result(window):
    """Its OK can be pressed when there is a result, as a person does who has read it."""
    for button in showing(window, "push button"):
        can_press = button.get_state_set().contains(Atspi.StateType.SENSITIVE)
        if button.get_name() == "OK" and can_press:
            button.do_action(0)


def conversation_window():
    return next(w for w in windows() if w.get_role_name() == "frame" and w.get_name() != "Buddy List")


def children(node):
    found = [node.get_child_at_index(index) for index in range(node.get_child_count())]
    return [child for child in found if child is not None]


def all_below(node, role):
    for child in children(node):
        if child.get_role_name() == role:
            yield child
        yield from all_below(child, role)


def is_showing(node):
    return node.get_state_set().contains(Atspi.StateType.SHOWING)


def is_editable(node):
    return node.get_state_set().contains(Atspi.StateType.EDITABLE)


def showing(node, role):
    return [found for found in all_below(node, role) if is_showing(found)]


def labels(window):
    return [label.get_name() for label in showing(window, "label") if label.get_name()]


def press(window, role, name):
    matching = (node for node in all_below(window, role) if re.fullmatch(name, node.get_name()))
    next(matching).do_action(0)


def as_read(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br */?>", "\n", markup)))


def tell(**event):
    print(json.dumps(event), flush=True)


def attempt(pidgin, command, left):
    """@returns whether it is done: not while windows and menus are just being put together"""
    try:
        tell(ev="done", value=pidgin.run(**command))
    except (GLib.Error, StopIteration, IndexError) as error:
        if left > 0:
            return False
        tell(ev="done", error=f"{type(error).__name__}: {error}")
    return True


def again(pidgin, command):
    left = TRIES

    def on_time():
        nonlocal left
        left -= 1
        return not attempt(pidgin, command, left)

    return on_time


def start_screen():
    """@returns the number of a display that was free"""
    read, write = os.pipe()
    subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-screen", "0", "1024x768x24"],
        pass_fds=[write],
        stdout=sys.stderr,
    )
    os.close(write)
    with os.fdopen(read) as display:
        return display.readline().strip()


def main():
    os.environ["DISPLAY"] = ":" + start_screen()
    DBusGMainLoop(set_as_default=True)
    pidgin = Pidgin()
    subprocess.Popen(
        ["pidgin", "-d", "-c", FOLDER],
        env={**os.environ, "GTK_MODULES": "gail:atk-bridge"},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    loop = GLib.MainLoop()

    def on_line(source, _condition):
        line = source.readline()
        if not line:
            loop.quit()
            return False
        command = json.loads(line)
        if not attempt(pidgin, command, TRIES):
            GLib.timeout_add(LOOK_MS, again(pidgin, command))
        return True

    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line)
    GLib.timeout_add(LOOK_MS, pidgin.look)
    loop.run()
    os.killpg(0, signal.SIGKILL)  # Screen, bus and Pidgin go when the tests do.


main()
