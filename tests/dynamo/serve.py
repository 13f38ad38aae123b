"""Starts the processes of a served model on loopback, sends it chat completions and prints when their tokens arrived.

Reads a plan as JSON: `folder` (logs), `private_network`, `processes` (name -> argv), `variables`, `registrations` (a directory that
holds a file per worker once it is known), `workers` (their number), `port`, `model`, `loads` (`streams`, `prompt_tokens`, `tokens`).
Prints, for each load, the arrivals of each stream in seconds on one clock.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

# Generous, for machines that have much else to do: until everything answers, and between two lines of an answer.
READY_S = 300
SILENCE_S = 120


def enter_private_network():
    """Loopback, and an address that is not loopback: workers announce themselves under one."""
    for command in ("ip link set lo up", "ip addr add 192.0.2.1/32 dev lo", "ip route add default dev lo"):
        subprocess.run(command.split(), check=True)


class Processes:
    def __init__(self, plan):
        self.folder = Path(plan["folder"])
        self.running = {name: self.start(name, argv, plan["variables"]) for name, argv in plan["processes"].items()}

    def start(self, name, argv, variables):
        with (self.folder / f"{name}.log").open("w") as log:
            return subprocess.Popen(argv, stdout=log, stderr=log, env=dict(os.environ, **variables), cwd=self.folder)

    def check(self):
        for name, process in self.running.items():
            if process.poll() is not None:
                log = (self.folder / f"{name}.log").read_text()
                raise RuntimeError(f"{name} ended with {process.returncode}: {log[-3000:]}")

    def stop(self):
        for process in self.running.values():
            process.kill()
            process.wait()


async def ask(plan, prompt_tokens, tokens, stream=0):
    """When the tokens of one streamed answer arrived; ValueError where there is no answer."""
    # Equal beginnings would share their part of the KV cache, so every stream has words of its own.
    prompt = " ".join(f"w{(stream * 97 + number * (stream + 1)) % 4000}" for number in range(prompt_tokens))
    body = json.dumps({"model": plan["model"], "stream": True, "max_tokens": tokens, "ignore_eos": True,
                       "messages": [{"role": "user", "content": prompt}]}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", plan["port"])
    try:
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                     b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        status = await asyncio.wait_for(reader.readline(), SILENCE_S)
        if b" 200 " not in status:
            raise ValueError(status.decode().strip())
        arrivals = []
        while line := await asyncio.wait_for(reader.readline(), SILENCE_S):
            if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                arrivals.append(time.monotonic())
        return arrivals
    finally:
        writer.close()


async def until_ready(plan, processes):
    end = time.monotonic() + READY_S
    while True:
        processes.check()
        try:
            known = sum(path.is_file() for path in Path(plan["registrations"]).rglob("*"))
            if known >= plan["workers"] and await ask(plan, 1, 2):
                return
            problem = f"{known} of {plan['workers']} workers are known"
        except (OSError, ValueError) as refused:
            problem = refused
        if time.monotonic() > end:
            raise RuntimeError(f"not ready after {READY_S} s: {problem}")
        await asyncio.sleep(0.5)


async def measure(plan, processes):
    await until_ready(plan, processes)
    return [await asyncio.gather(*(ask(plan, load["prompt_tokens"], load["tokens"], stream) for stream in range(load["streams"])))
            for load in plan["loads"]]


def main():
    plan = json.load(sys.stdin)
    if plan["private_network"]:
        enter_private_network()
    processes = Processes(plan)
    try:
        print("RESULT " + json.dumps(asyncio.run(measure(plan, processes))))
    finally:
        processes.stop()


main()
