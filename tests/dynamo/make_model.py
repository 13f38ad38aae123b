"""Runs inside a Dynamo environment: puts a model of a given name into a Hugging Face cache, of which only the tokenizer is real."""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers

REVISION = "0" * 40
# Every token is a word, so that each one shows in the answer as soon as it is made. The mocker draws its answers from all of them.
WORDS = ["<|endoftext|>", "<|im_end|>", "<unknown>"] + [f"w{number}" for number in range(4000)]
TURN = "{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}"


def tokenizer():
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unknown>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


CONFIG = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "hidden_size": 5120,
    "intermediate_size": 25600,
    "num_hidden_layers": 64,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
    "max_position_embeddings": 40960,
    "torch_dtype": "bfloat16",
    "eos_token_id": 1,
    "bos_token_id": 0,
}


def main():
    cache, name = Path(sys.argv[1]), sys.argv[2]
    folder = cache / "hub" / ("models--" + name.replace("/", "--"))
    snapshot = folder / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(REVISION)
    tokenizer().save(str(snapshot / "tokenizer.json"))
    (snapshot / "config.json").write_text(json.dumps(CONFIG))
    (snapshot / "generation_config.json").write_text(json.dumps({"eos_token_id": 1}))
    (snapshot / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "chat_template": TURN,
        "eos_token": "<|im_end|>",
        "model_max_length": 40960,
    }))


main()
