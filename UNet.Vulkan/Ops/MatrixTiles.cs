using UNet.Shaders;
using UNet.Vulkan.Device;

namespace UNet.Vulkan.Ops;

/// <summary>The tiles of a product on matrix units: <c>shaders/common/matrix_product.glsl</c>.</summary>
internal static class MatrixTiles
{
    /// <summary>Columns of the tiles.</summary>
    private static readonly uint Columns = Conv2dForwardMatrix.Spec.Default.TileN;

    /// <summary>Whether the device can run a product of that many columns.</summary>
    public static bool Fit(long columns, DeviceProperties device)
        => device.RunsMatrixKernels && Cover(1, columns, 1, Columns).X <= device.MaxWorkgroupCountX;

    /// <summary>Workgroups that cover a product: tiles of its columns along x, of its rows along y.</summary>
    public static WorkgroupCount Cover(long rows, long columns, uint tileRows, uint tileColumns)
        => WorkgroupCount.Cover(columns, tileColumns, rows, tileRows);
}
