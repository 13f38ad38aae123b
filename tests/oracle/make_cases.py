#!/usr/bin/env python3
"""Invents inputs for the parity tests: JSON Lines `{id, family, arch, kind, in}`, the same ones for the same seed.

    make_cases.py [--seed N] [--family LLAMA]... [--static N] [--agg N] [--disagg N] [--memory N] [--picks N] > cases.jsonl

Runs in the oracle's Python (oracle_env.sh), whose package names the models, GPU systems and versions to draw from.

Cases are dealt, not drawn: every axis (model, system and backend, mode, twist …) is a shuffled deck that is used up before it
is shuffled again. So a few hundred cases reach all systems, backends and modes evenly. A case starts plain and gets one twist:
an unusual argument, an extreme length, or a mistake that the reference answers with an error.
"""

import argparse
import hashlib
import importlib.resources
import json
import math
import pathlib
import random
import sys

import yaml
from aiconfigurator_core.sdk import common, perf_database

GIB = 2**30
BACKENDS = ("trtllm", "sglang", "vllm")
SYSTEMS = ("a100_sxm", "b200_sxm", "b300_sxm", "b60", "gb200", "gb300", "h100_sxm", "h200_sxm", "l40s", "rtx_pro_6000_server")
DEFAULT_COUNTS = {"static": 150, "agg": 90, "disagg": 50, "memory": 40, "picks": 15}


class Deck:
    """Deals each of its values once before any of them again. A value that is given n times is dealt n times a round."""

    def __init__(self, rng, values):
        self.rng, self.values, self.left = rng, list(values), []

    def deal(self):
        if not self.left:
            self.left = self.rng.sample(self.values, len(self.values))
        return self.left.pop()


def deck_of(rng, shares):
    return Deck(rng, [value for value, times in shares.items() for _ in range(times)])


class Model:
    def __init__(self, name, config):
        self.name = name
        self.arch = (config.get("architectures") or ["?"])[0]
        self.family = common.ARCHITECTURE_TO_MODEL_FAMILY.get(self.arch, "?")
        text = config.get("text_config") or config
        self.experts = next((text[k] for k in ("num_local_experts", "n_routed_experts", "num_experts") if text.get(k)), 0)
        self.gib = self.rough_gib(text, json.dumps(config.get("quantization_config") or {}).lower())

    def rough_gib(self, text, quantization):
        """Weights to within a factor of about 1.5: enough to choose layouts that mostly fit."""
        hidden, layers = text.get("hidden_size") or 4096, text.get("num_hidden_layers") or 32
        ffn = text.get("moe_intermediate_size") or text.get("intermediate_size") or 4 * hidden
        parameters = layers * (2.5 * hidden**2 + 3 * hidden * ffn * max(self.experts, 1)) + 2 * hidden * text.get("vocab_size", 0)
        narrow = "fp4" in quantization or "FP4" in self.name
        return parameters * (0.6 if narrow else 1.1 if "fp8" in quantization or "FP8" in self.name else 2) / GIB


class Roster:
    """What there is to draw from, as the installed package says."""

    def __init__(self, families):
        root = pathlib.Path(str(importlib.resources.files("aiconfigurator_core")))
        self.models = []
        for path in sorted((root / "model_configs").glob("*_config.json")):
            name = path.name.removesuffix("_config.json").replace("--", "/", 1)
            if name not in common.DefaultHFModels:  # would be looked for on the network
                continue
            model = Model(name, json.loads(path.read_text()))
            if model.family in families:
                self.models.append(model)
        self.capacity = {}
        for system in SYSTEMS:
            facts = yaml.safe_load((root / "systems" / f"{system}.yaml").read_text())
            self.capacity[system] = facts["gpu"]["mem_capacity"] / GIB
        every = [(system, backend) for system in SYSTEMS for backend in BACKENDS]
        self.slots = {place: perf_database.get_version_slots(*place) or {} for place in every}
        self.places = [place for place in every if self.slots[place]]
        self.bare = [place for place in every if not self.slots[place]]


class Maker:
    def __init__(self, roster, seed):
        self.roster = roster
        self.rng = rng = random.Random(seed)
        self.models = Deck(rng, roster.models)
        self.places = Deck(rng, roster.places)
        self.database = deck_of(rng, {"SILICON": 13, "HYBRID": 3, "EMPIRICAL": 2, "SOL": 2})
        self.static_modes = deck_of(rng, {"static": 2, "static_ctx": 1, "static_gen": 1})
        self.static_twists = deck_of(rng, {
            None: 12, "prefix": 3, "draft": 3, "pipeline": 2, "stride": 2, "kv": 2, "gemm": 2, "fmha": 1, "single": 1,
            "long": 1, "short": 1, "one": 1, "version": 2, "all_prefix": 1, "no_tables": 1, "wide": 1})
        self.agg_twists = deck_of(rng, {
            None: 10, "chunk": 4, "many_prompts": 3, "prefix": 3, "draft": 3, "pipeline": 2, "kv": 1, "gemm": 1, "fraction": 2,
            "longest": 1, "single": 1, "one": 2, "long": 1, "crowd": 2, "version": 1, "all_prefix": 1})
        self.disagg_twists = deck_of(rng, {
            None: 8, "prefix": 2, "draft": 2, "pipeline": 1, "two_systems": 2, "fraction": 1, "long": 1, "crowd": 1,
            "version": 1, "role_fraction": 1})
        self.memory_twists = deck_of(rng, {
            None: 6, "tolerance": 3, "kv": 2, "gemm": 1, "draft": 1, "capacity": 1, "naive": 1, "nothing_left": 1,
            "wrong_fraction": 1, "version": 1, "pipeline": 1})
        self.flows = deck_of(rng, {"default": 9, "load_match": 3, "autoscale": 3, "recommend": 2})
        self.pick_twists = deck_of(rng, {
            None: 6, "prefix": 1, "latency": 1, "auto": 1, "draft": 1, "hopeless": 1, "chunked": 1, "fraction": 1})

    # Scalars ---------------------------------------------------------------------------------------------------------
    def between(self, low, high):
        """An integer, evenly on a logarithmic scale."""
        return max(low, min(high, round(math.exp(self.rng.uniform(math.log(low), math.log(high))))))

    def isl(self):
        return self.between(16, 24000) if self.rng.random() < 0.6 else 2 ** self.rng.randint(3, 14)

    def osl(self):
        return self.between(2, 4000) if self.rng.random() < 0.6 else 2 ** self.rng.randint(1, 11)

    def width(self, model, system):
        """GPUs of one worker, as a power of two; now and then one that is too small for the weights."""
        needed = model.gib / (0.7 * self.roster.capacity[system])
        sizes = [w for w in (1, 2, 4, 8, 16) if w >= needed] or [16]
        return self.rng.choice([1, 2, 4, 8] if self.rng.random() < 0.04 else sizes[:4])

    def layout(self, model, system, backend, pipeline=1):
        width = self.width(model, system)
        if not model.experts:
            return {"tp_size": max(1, width // pipeline), "pp_size": pipeline}
        powers = [2**i for i in range(width.bit_length())]
        dp, ep = self.rng.choice(powers), self.rng.choice(powers)
        if backend == "trtllm" and dp > 1:
            dp = width
        if backend == "vllm" and ep > 1:
            ep = width
        return {"tp_size": width // dp, "pp_size": pipeline, "attention_dp_size": dp, "moe_tp_size": width // ep, "moe_ep_size": ep}

    def batch(self, model, system, layout, tokens):
        gpus = layout["tp_size"] * layout["pp_size"] * layout.get("attention_dp_size", 1)
        free = max(2.0, 0.75 * self.roster.capacity[system] - model.gib / gpus)
        return self.between(1, max(1, min(512, int(free * GIB * math.sqrt(gpus) / 1.3e5 / tokens))))

    # Twists ----------------------------------------------------------------------------------------------------------
    def lengths(self, twist):
        isl, osl = self.isl(), self.osl()
        if twist == "long":
            isl = self.between(30000, 200000)
        elif twist == "short":
            isl = self.rng.randint(1, 8)
        elif twist == "one":
            osl = 1
        elif twist == "single":
            osl = 2
        return isl, osl

    def twisted(self, inputs, twist, place):
        """Arguments that several kinds share."""
        if twist == "prefix":
            inputs["prefix"] = self.rng.choice((1, inputs["isl"] // 3, inputs["isl"] // 2, inputs["isl"] - 1))
        elif twist == "all_prefix":
            inputs["prefix"] = inputs["isl"]
        elif twist == "draft":
            inputs["nextn"] = self.rng.randint(1, 4)
            if "scheduler_block_size" not in inputs:
                inputs["nextn_accepted"] = round(self.rng.uniform(0, inputs["nextn"]), 2)
        elif twist == "kv":
            inputs["kvcache_quant_mode"] = self.rng.choice(("bfloat16", "fp8"))
        elif twist == "gemm":
            inputs["gemm_quant_mode"] = self.rng.choice(("bfloat16", "fp8", "fp8_block", "fp8_static", "nvfp4", "int8_wo"))
        elif twist == "fmha":
            inputs["fmha_quant_mode"] = self.rng.choice(("bfloat16", "fp8"))
        elif twist == "fraction":
            inputs["free_gpu_memory_fraction"] = self.rng.choice((0.4, 0.65, 0.8, 0.93, 1.0))
        elif twist == "version":
            inputs["backend_version"] = self.rng.choice([s for s in self.roster.slots[place] if s != "current"] or ["next"])

    def worker(self, twist):
        model, place, mode = self.models.deal(), self.places.deal(), self.database.deal()
        if twist == "no_tables" and self.roster.bare:
            place = self.rng.choice(self.roster.bare)
        inputs = {"model_path": model.name, "system_name": place[0], "backend_name": place[1]}
        if mode != "SILICON":
            inputs["database_mode"] = mode
        return model, place, inputs

    def images(self, model):
        """Pictures in the prompt, for models that see. Draws only for those, so that the cases of others stay as they are."""
        if not model.family.startswith("QWEN3VL") or self.rng.random() < 0.5:
            return {}
        return {"image_height": self.rng.choice((224, 448, 1080)), "image_width": self.rng.choice((224, 640, 1920)),
                "num_images": self.rng.randint(1, 3)}

    # Kinds -----------------------------------------------------------------------------------------------------------
    def static(self):
        twist = self.static_twists.deal()
        model, place, inputs = self.worker(twist)
        isl, osl = self.lengths(twist)
        layout = self.layout(model, *place, pipeline=self.rng.choice((2, 4)) if twist == "pipeline" else 1)
        if twist == "wide":
            layout["tp_size"] = 16
        inputs.update(mode=self.static_modes.deal(), isl=isl, osl=osl, **layout, **self.images(model))
        inputs["batch_size"] = 1 if self.rng.random() < 0.15 else self.between(1, max(1, min(512, 600000 // isl)))
        if twist == "stride":
            inputs["stride"] = self.rng.choice((1, 7, 16, 100, 512))
        self.twisted(inputs, twist, place)
        return model, inputs

    def agg(self):
        twist = self.agg_twists.deal()
        model, place, inputs = self.worker(twist)
        isl, osl = self.lengths(twist)
        layout = self.layout(model, *place, pipeline=self.rng.choice((2, 4)) if twist == "pipeline" else 1)
        inputs.update(mode="agg", isl=isl, osl=osl, batch_size=self.batch(model, place[0], layout, isl + osl), **layout)
        inputs.update(self.images(model))
        if twist == "chunk":
            inputs["ctx_tokens"] = self.rng.choice((256, 1000, 2048, 5000, 8192, 16384))
        elif twist == "many_prompts":
            inputs["ctx_tokens"] = isl * self.rng.randint(2, 6)
        elif twist == "crowd":
            inputs["batch_size"] = self.between(600, 2048)
        elif twist == "longest":
            inputs["max_seq_len"] = self.rng.choice((isl + osl + 1, 3 * (isl + osl), 65536))
        self.twisted(inputs, twist, place)
        return model, inputs

    def disagg(self):
        twist = self.disagg_twists.deal()
        model, place, inputs = self.worker(twist)
        isl, osl = self.lengths(twist)
        decode_system = place[0]
        if twist == "two_systems":
            others = [s for s, b in self.roster.places if b == place[1] and s != place[0]]
            decode_system = inputs["decode_system_name"] = self.rng.choice(others)
        inputs.update(mode="disagg", isl=isl, osl=osl)
        for role, system in (("prefill", place[0]), ("decode", decode_system)):
            layout = self.layout(model, system, place[1], pipeline=2 if twist == "pipeline" else 1)
            batch = self.rng.choice((1, 1, 1, 2, 3, 4)) if role == "prefill" else self.batch(model, system, layout, isl + osl)
            inputs |= {f"{role}_{name}": value for name, value in layout.items()}
            inputs |= {f"{role}_batch_size": batch, f"{role}_num_workers": self.between(1, 12)}
        if twist == "crowd":
            inputs["decode_batch_size"] = self.between(600, 2048)
        elif twist == "role_fraction":
            inputs[self.rng.choice(("prefill", "decode")) + "_free_gpu_memory_fraction"] = self.rng.choice((0.5, 0.7))
        self.twisted(inputs, twist, place)
        return model, inputs

    def memory(self):
        twist = self.memory_twists.deal()
        model, (system, backend) = self.models.deal(), self.places.deal()
        layout = self.layout(model, system, backend, pipeline=2 if twist == "pipeline" else 1)
        kind, share = ("of_free", 0.9) if backend == "trtllm" else ("of_total", self.rng.choice((0.85, 0.88, 0.92)))
        if twist == "nothing_left":
            share = self.rng.choice((0.0, 0.05))
        if twist == "wrong_fraction":
            kind = "of_total" if kind == "of_free" else "of_free"
        inputs = {"model_path": model.name, "system": system, "backend": backend, **layout,
                  "max_num_tokens": self.between(32, 65536), "max_batch_size": self.between(1, 1024),
                  "memory_fraction_kind": kind, "memory_fraction_value": share,
                  "scheduler_block_size": self.rng.choice((1, 16, 32, 64, 128))}
        if twist == "tolerance":
            inputs["tolerance_fraction"] = self.rng.choice((0.0, 0.01, 0.1, 0.3))
        elif twist == "capacity":
            inputs["gpu_memory_capacity_bytes_override"] = self.rng.choice((40, 80, 120, 256)) * GIB
        elif twist == "naive":
            inputs |= {"backend_version": "0.0.1", "allow_naive_fallback": True,
                       "gpu_memory_capacity_bytes_override": int(self.roster.capacity[system] * GIB)}
        self.twisted(inputs, twist, (system, backend))
        return model, inputs

    def picks(self):
        flow, twist = self.flows.deal(), self.pick_twists.deal()
        model, (system, backend) = self.models.deal(), self.places.deal()
        needed = model.gib / (0.7 * self.roster.capacity[system])
        inputs = {"flow": flow, "model_path": model.name, "system": system, "backend": backend,
                  "isl": self.between(200, 12000), "osl": self.between(30, 2000),
                  "total_gpus": self.rng.choice([g for g in (2, 4, 8, 16, 32) if g >= needed] or [32]),
                  "ttft": float(self.rng.choice((300, 800, 1500, 3000, 6000))),
                  "tpot": float(self.rng.choice((8, 15, 25, 40, 70)))}
        if flow == "recommend":
            del inputs["total_gpus"]
        if flow in ("load_match", "recommend"):
            rate = self.rng.random() < 0.5
            inputs["target_request_rate" if rate else "target_concurrency"] = float(self.between(1, 40 if rate else 600))
        if twist == "latency" and flow != "autoscale":
            inputs["request_latency"] = float(round(inputs["ttft"] + inputs["tpot"] * inputs["osl"]))
        elif twist == "auto" and flow != "autoscale":
            inputs["backend"] = "auto"
        elif twist == "hopeless":
            inputs["ttft"] = 0.5
        elif twist == "chunked" and flow == "default":
            inputs["enable_chunked_prefill"] = True
        elif twist in ("prefix", "draft", "fraction") and flow == "default":
            self.twisted(inputs, twist, (system, backend))
        return model, inputs

    def case(self, kind):
        model, inputs = getattr(self, kind)()
        text = json.dumps([kind, inputs], sort_keys=True, separators=(",", ":"))
        identity = hashlib.sha256(text.encode()).hexdigest()[:20]
        return {"id": identity, "family": model.family, "arch": model.arch, "kind": kind, "in": inputs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", action="append", help="model families, as the reference names them; default LLAMA")
    for kind, count in DEFAULT_COUNTS.items():
        parser.add_argument(f"--{kind}", type=int, default=count, metavar="N")
    args = parser.parse_args()
    roster = Roster(set(args.family or ["LLAMA"]))
    if not roster.models:
        sys.exit(f"no model of family {', '.join(args.family)}")
    for number, kind in enumerate(DEFAULT_COUNTS):
        maker, seen = Maker(roster, args.seed * 100 + number), set()
        while len(seen) < getattr(args, kind):
            case = maker.case(kind)
            if case["id"] not in seen:
                seen.add(case["id"])
                print(json.dumps(case, separators=(",", ":")))


if __name__ == "__main__":
    main()
