"""A program that answers one JSON question a line: the reference's `tealoracle`, our own `answer` and `signer`."""
import json
import subprocess
import threading
from pathlib import Path


class Failed(Exception):
    """An answer or a figure that cannot be had, and why."""


class Peer:
    """Started at the first question, and again when it dies of one."""

    def __init__(self, program):
        self.program, self.process = Path(program), None

    def ask(self, questions):
        """The answers, in order; None where the program died of the question."""
        answers = []
        while len(answers) < len(questions):
            if not self.process:
                self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                stderr=subprocess.DEVNULL)
            text = "".join(json.dumps(question) + "\n" for question in questions[len(answers):]).encode()
            writer = threading.Thread(target=write, args=(self.process, text))
            writer.start()
            while len(answers) < len(questions) and (line := self.process.stdout.readline()).endswith(b"\n"):
                answers.append(json.loads(line))
            if len(answers) < len(questions):
                answers.append(None)
                self.process.kill()
                self.process.wait()
                self.process = None
            writer.join()
        return answers

    def one(self, **question):
        """The answer to one question, which the program must survive."""
        [answer] = self.ask([question])
        if answer is None:
            raise Failed(f"{self.program.name} ended at {question}")
        return answer

    def need(self, name, **question):
        """One value of an answer that must have it."""
        answer = self.one(**question)
        if name not in answer:
            raise Failed(f"{self.program.name}: {str(answer.get('err'))[:200]}")
        return answer[name]

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()


def write(process, text):
    try:
        process.stdin.write(text)
        process.stdin.flush()
    except OSError:
        pass  # it has died; the reader sees it


def both(theirs, ours, questions):
    """Each question with what both sides answer, asked at the same time."""
    found = {}
    other = threading.Thread(target=lambda: found.update(theirs=theirs.ask(questions)))
    other.start()
    answers = ours.ask(questions)
    other.join()
    return zip(questions, found["theirs"], answers, strict=True)
