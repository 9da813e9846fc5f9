"""Times the paper's U-Net in PyTorch, for `unet bench`: one line of JSON for each way to run it.

Each line has the keys mode, torch, device, threads, forward_ms and step_ms; the last two hold all measured times. A mode that
does not run has the key error in their place. A step is forward pass, cross-entropy, backward pass and SGD with momentum, on
one tile, without padding, as in UNet.Vulkan.
"""
import argparse
import contextlib
import json
import os
import time

import torch
from torch import nn
from torch.nn import functional

WARM_UP = 2


class UNet(nn.Module):
    def __init__(self, width, depth, classes=2):
        super().__init__()
        widths = [width << level for level in range(depth + 1)]
        self.encoder = nn.ModuleList(self.pair(inputs, outputs) for inputs, outputs in zip([1] + widths[:-1], widths))
        upward = list(zip(widths[:0:-1], widths[-2::-1]))
        self.up = nn.ModuleList(nn.ConvTranspose2d(inputs, outputs, 2, stride=2) for inputs, outputs in upward)
        self.decoder = nn.ModuleList(self.pair(inputs, outputs) for inputs, outputs in upward)
        self.head = nn.Conv2d(width, classes, 1)

    @staticmethod
    def pair(inputs, outputs):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3), nn.ReLU(inplace=True), nn.Conv2d(outputs, outputs, 3), nn.ReLU(inplace=True))

    def forward(self, x):
        skips = []
        for level, convolutions in enumerate(self.encoder):
            x = convolutions(x if level == 0 else functional.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for up, convolutions in zip(self.up, self.decoder):
            x, skip = up(x), skips.pop()
            top, left = (skip.shape[2] - x.shape[2]) // 2, (skip.shape[3] - x.shape[3]) // 2
            x = convolutions(torch.cat([skip[:, :, top:top + x.shape[2], left:left + x.shape[3]], x], dim=1))
        return self.head(x)


def milliseconds(work, device, count):
    times = []
    awake = time.perf_counter()
    while device == "cuda" and time.perf_counter() - awake < 0.5:  # a GPU that was idle takes a while to reach its clock
        work()
        torch.cuda.synchronize()
    for i in range(count + WARM_UP):
        start = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e3)
    return times[WARM_UP:]


def measure(arguments, mode, **options):
    line = {
        "mode": mode,
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if arguments.device == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
    }
    try:
        line["forward_ms"], line["step_ms"] = times_of(arguments, **options)
    except Exception as problem:  # a mode that this machine cannot run; the others still count
        line["error"] = " ".join(str(problem).split())[:200]
    print(json.dumps(line), flush=True)


def times_of(arguments, layout=torch.contiguous_format, autocast=None, compiled=False):
    torch.manual_seed(1)
    network = UNet(arguments.width, arguments.depth).to(arguments.device, memory_format=layout)
    image = torch.randn(1, 1, arguments.tile, arguments.tile, device=arguments.device).to(memory_format=layout)
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.99)
    scaler = torch.cuda.amp.GradScaler(enabled=autocast == torch.float16)
    run = torch.compile(network) if compiled else network

    def context():
        return torch.autocast(arguments.device, dtype=autocast) if autocast else contextlib.nullcontext()

    def forward():
        with torch.no_grad(), context():
            return run(image)

    target = torch.randint(0, 2, (1, *forward().shape[2:]), device=arguments.device)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with context():
            loss = functional.cross_entropy(run(image), target)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    return tuple(milliseconds(work, arguments.device, arguments.count) for work in (forward, step))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--tile", type=int, default=572)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        print(json.dumps({"mode": "on a GPU", "torch": torch.__version__, "error": "it sees no CUDA device"}))
        return
    # Debian's PyTorch takes one thread by itself.
    torch.set_num_threads(os.cpu_count())
    can_compile = int(torch.__version__.split(".")[0]) >= 2

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    measure(arguments, "float32")
    measure(arguments, "float32, channels last", layout=torch.channels_last)
    if can_compile:
        measure(arguments, "float32, compiled", compiled=True)
    if arguments.device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        measure(arguments, "TF32", layout=torch.contiguous_format)
        measure(arguments, "TF32, channels last", layout=torch.channels_last)
        for name, autocast in (("bfloat16", torch.bfloat16), ("float16", torch.float16)):
            measure(arguments, f"{name}, channels last", layout=torch.channels_last, autocast=autocast)
            if can_compile:
                measure(arguments, f"{name}, channels last, compiled", layout=torch.channels_last, autocast=autocast, compiled=True)


main()
