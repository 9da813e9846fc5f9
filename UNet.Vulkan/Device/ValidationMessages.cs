using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>Collects what the validation layer has to say, through VK_EXT_debug_utils.</summary>
internal sealed unsafe class ValidationMessages : IDisposable
{
    private readonly ConcurrentQueue<string> _messages = new();
    private GCHandle _self;
    private Vk? _vk;
    private Instance _instance;
    private DebugUtilsMessengerEXT _messenger;

    public ValidationMessages() => _self = GCHandle.Alloc(this);

    /// <summary>Warnings and errors so far, in order, each with the name of the rule that is broken.</summary>
    public IReadOnlyCollection<string> All => _messages;

    /// <summary>The messenger's description; also chained to the instance's, to hear of its creation.</summary>
    public DebugUtilsMessengerCreateInfoEXT CreateInfo => new()
    {
        SType = StructureType.DebugUtilsMessengerCreateInfoExt,
        MessageSeverity = DebugUtilsMessageSeverityFlagsEXT.WarningBitExt | DebugUtilsMessageSeverityFlagsEXT.ErrorBitExt,
        // Validation only: the loader reports, as general messages, every driver on the system that finds no hardware.
        MessageType = DebugUtilsMessageTypeFlagsEXT.ValidationBitExt,
        PfnUserCallback = new PfnDebugUtilsMessengerCallbackEXT(&Receive),
        PUserData = (void*)GCHandle.ToIntPtr(_self),
    };

    /// <summary>Begins to listen to an instance.</summary>
    public void Attach(Vk vk, Instance instance)
    {
        var create = (delegate* unmanaged[Cdecl]<
            Instance, DebugUtilsMessengerCreateInfoEXT*, AllocationCallbacks*, DebugUtilsMessengerEXT*, Result>)
            vk.GetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT").Handle;
        if (create is null)
            throw new DeviceException(
                "The Vulkan loader lacks vkCreateDebugUtilsMessengerEXT: "
                + "update the loader, or switch validation off.");
        DebugUtilsMessengerCreateInfoEXT info = CreateInfo;
        DebugUtilsMessengerEXT messenger;
        create(instance, &info, null, &messenger).Check("the Vulkan loader", "creating the debug messenger");
        (_vk, _instance, _messenger) = (vk, instance, messenger);
    }

    /// <summary>Stops listening; must come before the instance is destroyed.</summary>
    public void Detach()
    {
        if (_vk is null)
            return;
        var destroy = (delegate* unmanaged[Cdecl]<Instance, DebugUtilsMessengerEXT, AllocationCallbacks*, void>)
            _vk.GetInstanceProcAddr(_instance, "vkDestroyDebugUtilsMessengerEXT").Handle;
        destroy(_instance, _messenger, null);
        _vk = null;
    }

    /// <summary>Frees the handle by which the callback finds this object; must come after the instance is destroyed.</summary>
    public void Dispose()
    {
        if (_self.IsAllocated)
            _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static Bool32 Receive(
        DebugUtilsMessageSeverityFlagsEXT severity, DebugUtilsMessageTypeFlagsEXT type, DebugUtilsMessengerCallbackDataEXT* data,
        void* user)
    {
        if (GCHandle.FromIntPtr((nint)user).Target is ValidationMessages self)
            self._messages.Enqueue(
                $"{Marshal.PtrToStringUTF8((nint)data->PMessageIdName)}: {Marshal.PtrToStringUTF8((nint)data->PMessage)}");
        return false;
    }
}
