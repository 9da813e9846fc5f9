using UNet.Bench;

return args switch
{
    ["profile", .. string[] rest] => StepProfile.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: UNet.Bench profile [--width N] [--depth N] [--tile N] [--batch N] [--device NAME] [--plain]");
    return 2;
}
