"""Computes a reference U-Net with PyTorch, for PyTorchReferenceTests.

    python3 record.py unet-valid-w4-d3            compares the folder's step.safetensors with what PyTorch computes here
    python3 record.py NEW --width 8 --depth 2     makes a folder: config.json, weights.safetensors, step.safetensors

README.md says what the files hold. Needs PyTorch and numpy; checked with PyTorch 1.13.1.
"""
import argparse
import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

STEPS, LEARNING_RATE, MOMENTUM = 20, 0.02, 0.9


class TwoConvolutions(nn.Module):
    def __init__(self, channels_in, channels_out, padding):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=padding)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=padding)

    def forward(self, x):
        return functional.relu(self.conv2(functional.relu(self.conv1(x))))


class Decoder(TwoConvolutions):
    def __init__(self, channels_in, padding):
        super().__init__(channels_in, channels_in // 2, padding)
        self.up = nn.ConvTranspose2d(channels_in, channels_in // 2, 2, stride=2)

    def forward(self, x, skip):
        x = self.up(x)
        top, left = ((skip.shape[axis] - x.shape[axis]) // 2 for axis in (2, 3))
        cropped = skip[:, :, top:top + x.shape[2], left:left + x.shape[3]]
        return super().forward(torch.cat([cropped, x], 1))


class UNet(nn.Module):
    """Decoder 0 is the one beside encoder 0, the last to run."""

    def __init__(self, config):
        super().__init__()
        width, depth, padding = config["width"], config["depth"], config["padding"]
        widths = [width << level for level in range(depth + 1)]
        self.encoder = nn.ModuleList(TwoConvolutions(a, b, padding) for a, b in zip([config["in_channels"]] + widths, widths[:depth]))
        self.bottleneck = TwoConvolutions(widths[depth - 1], widths[depth], padding)
        self.decoder = nn.ModuleList(Decoder(a, padding) for a in widths[1:])
        self.head = nn.Conv2d(width, config["classes"], 1)

    def forward(self, x):
        skips = []
        for encoder in self.encoder:
            skips.append(encoder(x))
            x = functional.max_pool2d(skips[-1], 2)
        x = self.bottleneck(x)
        for decoder, skip in zip(reversed(self.decoder), reversed(skips)):
            x = decoder(x, skip)
        return self.head(x)


def cross_entropy(logits, target, weight):
    return (weight * functional.cross_entropy(logits, target.long(), reduction="none")).sum() / weight.sum()


def compute(config, weights, given):
    """All that a step gives: by the parameters, `input`, `target` and `pixel_weight`."""
    network = UNet(config)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    x, target, weight = (torch.from_numpy(given[name]) for name in ("input", "target", "pixel_weight"))
    optimizer = torch.optim.SGD(network.parameters(), config["lr"], config["momentum"])
    result, losses = dict(given), []
    for step in range(config["steps"]):
        optimizer.zero_grad()
        logits = network(x)
        loss = cross_entropy(logits, target, weight)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            result |= {"logits": logits, "probabilities": logits.softmax(1), "loss": loss.reshape(1)}
            result |= {f"grad.{name}": parameter.grad.clone() for name, parameter in network.named_parameters()}
        optimizer.step()
    result["sgd.losses"] = np.array(losses, np.float32)
    result |= {f"sgd.after{config['steps']}.{name}": parameter for name, parameter in network.named_parameters()}
    return {name: value.detach().numpy() if torch.is_tensor(value) else value for name, value in result.items()}


def make(config, seed):
    """He's weights, an image of noise, classes, and weights of which a tenth is 0."""
    torch.manual_seed(seed)
    network = UNet(config)
    for name, parameter in network.named_parameters():
        fan_in = parameter.shape[0] if ".up." in name else parameter[0].numel()
        nn.init.zeros_(parameter) if name.endswith("bias") else nn.init.normal_(parameter, std=(2 / fan_in) ** 0.5)
    x = torch.randn(config["batch"], config["in_channels"], *config["input"])
    with torch.no_grad():
        output = network(x).shape[2:]
    target = torch.randint(config["classes"], (config["batch"], *output)).float()
    weight = torch.rand(config["batch"], *output) + 0.5
    weight[torch.rand_like(weight) < 0.1] = 0
    weights = {name: parameter.detach().numpy() for name, parameter in network.named_parameters()}
    given = {"input": x.numpy(), "target": target.numpy(), "pixel_weight": weight.numpy()}
    return config | {"output": list(output)}, weights, given


def read(path):
    data = path.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:end]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[end + first:end + last], "<f4").reshape(entry["shape"]).copy()
    return tensors


def write(path, tensors):
    header, data = {}, b""
    for name, value in sorted(tensors.items()):
        value = np.ascontiguousarray(value, "<f4")
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    for name, value in (("in-channels", 1), ("classes", 2), ("width", 4), ("depth", 3), ("batch", 1), ("tile", 124), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--padding", choices=("valid", "same"), default="valid")
    options = parser.parse_args()
    folder = options.folder
    if not folder.exists():
        config = {"in_channels": options.in_channels, "classes": options.classes, "width": options.width, "depth": options.depth,
                  "padding": options.padding, "batch": options.batch, "input": [options.tile, options.tile],
                  "lr": LEARNING_RATE, "momentum": MOMENTUM, "steps": STEPS}
        config, weights, given = make(config, options.seed)
        step = compute(config, weights, given)
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        write(folder / "weights.safetensors", weights)
        write(folder / "step.safetensors", step)
        return 0

    recorded = read(folder / "step.safetensors")
    given = {name: recorded[name] for name in ("input", "target", "pixel_weight")}
    computed = compute(json.loads((folder / "config.json").read_text()), read(folder / "weights.safetensors"), given)
    if computed.keys() != recorded.keys():
        sys.exit(f"{folder}: other tensors: {sorted(computed.keys() ^ recorded.keys())}")
    worst, of = max((np.abs(computed[name].reshape(-1) - value.reshape(-1)).max() / np.abs(value).max(), name)
                    for name, value in recorded.items())
    print(f"{folder}: {len(recorded)} tensors; the largest difference is {worst:.1e} of a tensor's largest element, in {of}")
    return 0 if worst < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
