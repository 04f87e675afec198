"""The proxy (proxy.c) as an object: one line for each thing that a daemon talks to."""

import subprocess
import threading


class Proxies:
    def __init__(self, program):
        self.lock = threading.Lock()
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.ports = {}

    def say(self, *words):
        """The words of the answer after "ok"."""
        with self.lock:
            self.process.stdin.write(" ".join(map(str, words)) + "\n")
            answer = self.process.stdout.readline().split()
        if not answer or answer[0] != "ok":
            raise RuntimeError(f"proxy {words}: {' '.join(answer) or 'it has ended'}")
        return answer[1:]

    def open(self, name, target):
        """The port of a new line to a port."""
        self.ports[name] = int(self.say("open", name, 0, target)[0])
        return self.ports[name]

    def fired(self, name):
        """How many one-shot faults have struck on a line."""
        return int(self.say("stats", name)[3])

    def heal(self):
        for name in self.ports:
            self.say("pass", name)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
