namespace UNet.Generators;
